"""A shard as it was measured, and queries over many of them as chance has it."""

import time

import numpy as np
from search_large.measure import TOP

NETWORK, NETWORK_SPREAD = 0.5, 0.3  # milliseconds there and back, and sigma of its logarithm
STRAGGLES, STRAGGLE_MS = 0.001, (20, 200)  # of the answers, and how much later: garbage, page faults, neighbours
HEDGED, MERGE_NS = 0.95, 40  # share of answers that are waited for; of the merge, for each of ten hits of a shard


def measured(codes, rows, queries, read):
    """Milliseconds of each query, and parts of the best and of the ten best that are found."""
    times, first, found = [], 0, 0
    for query in queries:
        began = time.perf_counter()
        near = codes.nearest(query, read, None)
        best = near[np.argsort(-(rows[near] @ query))[:TOP]]
        times.append(1000 * (time.perf_counter() - began))
        scores = np.concatenate([rows[start : start + 50_000] @ query for start in range(0, len(rows), 50_000)])
        right = np.argsort(-scores)[:TOP]
        first += best[0] == right[0]
        found += len({*best.tolist()} & {*right.tolist()})
    return np.array(times), first / len(queries), found / (TOP * len(queries))


def simulated(times, given):
    """Milliseconds of queries from the first shard asked to the hits, plain and hedged; part that was asked twice."""
    chance = np.random.default_rng(0)
    plain, hedged, twice = [], [], []
    for _ in range(given.simulated):
        answers = answered(times, given, chance)
        deadline = np.quantile(answers, HEDGED)
        late = answers > deadline
        again = answers.copy()
        again[late] = np.minimum(answers[late], deadline + answered(times, given, chance)[late])
        merge = MERGE_NS * TOP * given.shards / 1e6
        plain.append(answers.max() + merge)
        hedged.append(again.max() + merge)
        twice.append(late.mean())
    return plain, hedged, np.mean(twice)


def answered(times, given, chance):
    """Milliseconds after which each shard has answered."""
    service = chance.choice(times, given.shards)
    mean_wait = times.mean() * (1 + (times.std() / times.mean()) ** 2) / 2 / (1 - given.busy)  # of M/G/1, who waits
    wait = (chance.random(given.shards) < given.busy) * chance.exponential(mean_wait, given.shards)
    network = NETWORK * np.exp(NETWORK_SPREAD * chance.standard_normal(given.shards))
    straggle = (chance.random(given.shards) < STRAGGLES) * chance.uniform(*STRAGGLE_MS, given.shards)
    return service + wait + network + straggle

"""The path of a query through a billion chunks, simulated: python examples/benchmarks/scale_path.py FOLDER.

FOLDER is one of puma_large.py: its index of a million chunks stands for every shard. Measured are the seconds that a
shard takes for its ten best, alone on a core, and how many of them it finds; drawn by chance are a wait while the shard
does other queries, the network, and stragglers. A query is done when the last shard has answered; hedged, a second
replica is asked once 95 of 100 shards have.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from search_large.measure import TOP

from codequest.demo.corpus import standard_library
from codequest.encoders.light import light_encoder
from codequest.search.store.vector_codes import mapped_codes
from codequest.search.store.vector_file import vectors_file

ENCODING = {"static": 0.054, "minilm-lora, ONNX": 2.06, "teacher, OpenVINO bf16": 17.7, "teacher, torch": 45.7}
QUERIES, READ = 100, (1000, 5000)
NETWORK, NETWORK_SPREAD = 0.5, 0.3  # milliseconds there and back, and sigma of its logarithm
STRAGGLES, STRAGGLE_MS = 0.001, (20, 200)  # of the answers, and how much later: garbage, page faults, neighbours
HEDGED, MERGE_NS = 0.95, 40  # share of answers that are waited for; of the merge, for each of ten hits of a shard


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=1000)
    parser.add_argument("--busy", type=float, default=0.5, help="part of the time in which a shard answers others")
    parser.add_argument("--simulated", type=int, default=5000, help="queries")
    given = parser.parse_args()
    [file] = given.folder.glob(f"large-1000000/.codequest/store/*/{vectors_file('teacher')}")
    encoder = light_encoder("static")
    queries = encoder.encode(list(standard_library().test.queries.values())[:QUERIES])
    rows = np.memmap(file, np.float32, mode="r").reshape(-1, queries.shape[1])
    codes = mapped_codes(file.with_suffix(".bits"), rows=len(rows), dim=queries.shape[1])
    for read in READ:
        times, first, tenth = measured(codes, rows, queries, read)
        print(
            f"\nA shard that reads {read:,} vectors: p50 {np.median(times):.1f} ms; it finds its best chunk in "
            f"{100 * first:.1f} of 100 queries, and {100 * tenth:.1f} of 100 of its ten best."
        )
        print("| queries embedded by | p50 ms | p99 ms | hedged: p50 ms | p99 ms | asked twice |")
        print("|---|---:|---:|---:|---:|---:|")
        plain, hedged, twice = simulated(times, given)
        for name, milliseconds in ENCODING.items():
            cells = [f"{value + milliseconds:.1f}" for of in (plain, hedged) for value in np.percentile(of, (50, 99))]
            print(f"| {name} | {' | '.join(cells)} | {100 * twice:.1f} % |")


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


if __name__ == "__main__":
    main()

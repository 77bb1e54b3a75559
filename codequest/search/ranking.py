"""How chunks are ranked: by meaning, by words, both fused, definitions before their uses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from codequest.search.hits import SearchMode
from codequest.search.lexicon import joined
from codequest.search.snapshot import Mask, Positions, Snapshot
from codequest.space import Vectors

CANDIDATES = 100
"""How deep each of the two rankings goes into the fusion."""

_RANK_CONSTANT = 60  # Cormack, Clarke and Büttcher (2009): Reciprocal Rank Fusion
_DEFINED = 1.5  # a chunk whose own name is in the query
_TEST = 0.8  # a chunk in a test
_TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testdata|fixtures)/|(?:^|/)test_|[._-](?:test|spec)s?\.\w+$"
)
_NAME = re.compile(r"[^\W\d]\w*(?:(?:\.|::|#|->)\w+)*")


@dataclass(frozen=True, slots=True)
class Ranking:
    """Chunks, best first.

    Attributes:
        positions: Of the chunks in the snapshot.
        scores: As in `codequest.search.SearchHit`.
    """

    positions: Positions
    scores: Vectors


def rank(
    snapshot: Snapshot,
    query: str,
    query_vector: Vectors | None,
    *,
    mode: SearchMode,
    limit: int,
    mask: Mask | None = None,
) -> Ranking:
    """The chunks that answer a query.

    Args:
        snapshot: What is searched.
        query: The query.
        query_vector: (dim,), in the snapshot's space; not needed in mode lexical.
        mode: What decides.
        limit: Most chunks to give.
        mask: Which chunks may be found, (chunks,).
    """
    depth = limit if mode != "hybrid" else max(CANDIDATES, limit)
    rankings = []
    if mode != "lexical":
        assert query_vector is not None
        rankings.append(_dense(snapshot, query_vector, depth, mask))
    if mode != "dense":
        rankings.append(_lexical(snapshot, query, depth, mask))
    if mode != "hybrid":
        return rankings[0]
    fused = fuse(rankings)
    return _first(_reranked(snapshot, query, fused), limit)


def _dense(snapshot: Snapshot, query_vector: Vectors, depth: int, mask: Mask | None) -> Ranking:
    scores = snapshot.vectors @ query_vector  # (chunks,)
    allowed = np.arange(len(scores)) if mask is None else np.flatnonzero(mask)
    return _first(Ranking(allowed, scores[allowed]), depth)


def _lexical(snapshot: Snapshot, query: str, depth: int, mask: Mask | None) -> Ranking:
    positions, scores = snapshot.lexical(query, limit=depth if mask is None else len(snapshot))
    if mask is not None:
        positions, scores = positions[mask[positions]], scores[mask[positions]]
    return _first(Ranking(positions, scores), depth)


def _first(ranking: Ranking, count: int) -> Ranking:
    """The best of a ranking in any order; of equal ones the first in the index."""
    positions, scores = ranking.positions, ranking.scores
    if len(scores) > count:
        lowest = np.partition(scores, len(scores) - count)[len(scores) - count]
        kept = np.flatnonzero(scores >= lowest)
        positions, scores = positions[kept], scores[kept]
    order = np.lexsort((positions, -scores))[:count]
    return Ranking(positions[order], scores[order])


def fuse(rankings: Sequence[Ranking]) -> Ranking:
    """Reciprocal rank fusion: a chunk's score is the sum of 1 / (60 + rank) over the rankings that hold it."""
    positions = np.concatenate([ranking.positions for ranking in rankings])
    parts = np.concatenate([1 / (_RANK_CONSTANT + 1 + np.arange(len(each.positions))) for each in rankings])
    distinct, place = np.unique(positions, return_inverse=True)
    return Ranking(distinct, np.bincount(place, weights=parts).astype(np.float32))


def _reranked(snapshot: Snapshot, query: str, ranking: Ranking) -> Ranking:
    """Definitions of what the query names come first, tests last unless the query asks for them."""
    named = {joined(part) for name in _NAME.findall(query) for part in (name, re.split(r"\W+", name)[-1])}
    about_tests = bool(re.search(r"\btest|\bspec\b", query, re.IGNORECASE))
    symbols, paths = snapshot.columns["symbol"], snapshot.columns["path"]
    factors = np.ones(len(ranking.positions), np.float32)
    for place, position in enumerate(ranking.positions):
        symbol = symbols[position]
        if symbol and (joined(symbol) in named or joined(re.split(r"\W+", symbol)[-1]) in named):
            factors[place] *= _DEFINED
        if not about_tests and _TEST_PATH.search(str(PurePosixPath(paths[position]))):
            factors[place] *= _TEST
    return Ranking(ranking.positions, ranking.scores * factors)

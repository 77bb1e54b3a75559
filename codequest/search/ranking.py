"""Ranking of chunks: by meaning, by words, by both; definitions before their uses; no line twice."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from codequest.code.identifiers import content_words, split_name
from codequest.search.hits import SearchMode
from codequest.search.snapshot import Mask, Positions, Snapshot
from codequest.space import Vectors

_CANDIDATES = 100  # of each of the two rankings
_MEANING = 0.6  # share of the cosine in the sum; the rest is of BM25
_FULL_MATCH = 5  # words that only one chunk has, whose BM25 is a full match
_NAMED = 0.05  # for a definition whose name has all words of the query and no others
_ASKED_FOR = 1.0  # for a definition whose name is the query: it stands before chunks that only resemble it
_TEST = 0.8  # factor of a chunk in a test
_TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testdata|fixtures)/|(?:^|/)test_|[._-](?:test|spec)s?\.\w+$", re.IGNORECASE
)
_TEST_SCOPE = re.compile(r"tests?\.")  # of Rust, whose tests stand in the file that they test
_DEFINITIONS = ("function", "class")
_ASKS_FOR_TESTS = re.compile(r"\b(?:tests?|testing|specs?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Chunks, best first.

    Attributes:
        positions: Positions of the chunks in the snapshot.
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
    overlapping: bool = False,
) -> Ranking:
    """The chunks that answer a query; of those that share lines only the best, unless `overlapping`.

    In mode hybrid the score is 0.6 × meaning + 0.4 × words², both between 0 and 1, over the best hundred chunks of
    each: meaning is the cosine between the mean and the best of the index, words is BM25 by the best of the index, or
    by what five words that only one chunk has would score where that is more. So words that are everywhere do not
    outvote meaning, however well they match: of BM25, much is evidence and little is chance. A convex sum keeps what
    reciprocal ranks throw away, by how much one chunk is better than the next: see Bruch, Gai and Ingber, An Analysis
    of Fusion Functions for Hybrid Retrieval (2022).

    Args:
        snapshot: What is searched.
        query: The query.
        query_vector: (dim,), in the snapshot's space; None in mode lexical.
        mode: What decides.
        limit: Most chunks to give.
        mask: Which chunks may be found, (chunks,).
        overlapping: Whether chunks that share lines are all given.
    """
    depth = max(_CANDIDATES, 3 * limit)  # as many pieces of what is found already may have to be left out
    by_words = _by_words(snapshot, query, depth, mask) if mode != "dense" else None
    if query_vector is None or mode == "lexical":
        assert by_words is not None
        return _first(snapshot, by_words, limit, overlapping)
    cosines = snapshot.cosines(query_vector)  # (chunks,)
    allowed = np.arange(len(cosines)) if mask is None else np.flatnonzero(mask)
    by_meaning = best(Ranking(allowed, cosines[allowed]), depth)
    if by_words is None:
        return _first(snapshot, by_meaning, limit, overlapping)
    found = np.zeros(len(cosines), bool)
    found[by_meaning.positions] = found[by_words.positions] = True
    positions = np.flatnonzero(found)
    scores = _MEANING * _meaning(cosines[positions], cosines[allowed])
    scores[np.searchsorted(positions, by_words.positions)] += (1 - _MEANING) * _matched(by_words.scores, len(snapshot))
    ranking = best(_reranked(snapshot, query, Ranking(positions, scores)), len(positions))
    return _first(snapshot, ranking, limit, overlapping)


def _by_words(snapshot: Snapshot, query: str, depth: int, mask: Mask | None) -> Ranking:
    positions, scores = snapshot.lexical(query, limit=depth if mask is None else len(snapshot))
    if mask is not None:
        allowed = mask[positions]
        positions, scores = positions[allowed], scores[allowed]
    return best(Ranking(positions, scores), depth)


def best(ranking: Ranking, count: int) -> Ranking:
    """The highest scores of a ranking in any order; of equal ones the first in the index."""
    positions, scores = ranking.positions, ranking.scores
    if len(scores) > count:
        lowest = np.partition(scores, len(scores) - count)[len(scores) - count]
        kept = np.flatnonzero(scores >= lowest)
        positions, scores = positions[kept], scores[kept]
    order = np.lexsort((positions, -scores))[:count]
    return Ranking(positions[order], scores[order])


def _meaning(cosines: Vectors, everywhere: Vectors) -> Vectors:
    """Cosines between the mean of the index, 0, and its best, 1: teachers differ in how far they spread."""
    if not len(cosines):
        return cosines
    mean = everywhere.mean()
    share: Vectors = np.maximum(cosines - mean, 0) / max(everywhere.max() - mean, np.float32(1e-6))
    return share


def _matched(scores: Vectors, chunks: int) -> Vectors:
    """BM25 between 0 and 1, squared: the best chunk has 1 if it shares enough rare words with the query.

    The logarithm of the number of chunks is what BM25 gives for a word that only one of them has.
    """
    if not len(scores):
        return scores
    share: Vectors = scores / max(scores[0], np.float32(_FULL_MATCH * math.log(max(chunks, 2))))
    return share**2


def _reranked(snapshot: Snapshot, query: str, ranking: Ranking) -> Ranking:
    """Definitions of what the query names come first, tests last unless the query asks for them."""
    asked, written = content_words(query), _words(query)
    asks_for_tests = _ASKS_FOR_TESTS.search(query) is not None
    symbols, paths, kinds = (snapshot.columns[name] for name in ("symbol", "path", "kind"))
    scores = ranking.scores.copy()
    for place, position in enumerate(ranking.positions):
        name, qualified = _name_words(symbols[position])
        if name:
            scores[place] += _NAMED * len(asked.intersection(name)) / len(asked.union(name))
        if kinds[position] in _DEFINITIONS and written in (name, qualified):
            scores[place] += _ASKED_FOR
        if not asks_for_tests and (is_test(paths[position]) or _TEST_SCOPE.match(symbols[position])):
            scores[place] *= _TEST
    return Ranking(ranking.positions, scores)


@lru_cache(maxsize=65_536)
def _name_words(symbol: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a definition's own name, and of its qualified one."""
    return _words(re.split(r"\W+", symbol)[-1]), _words(symbol)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in split_name(text))


@lru_cache(maxsize=65_536)
def is_test(path: str) -> bool:
    """Tell whether a path is that of a test."""
    return _TEST_PATH.search(path) is not None


def _first(snapshot: Snapshot, ranking: Ranking, limit: int, overlapping: bool) -> Ranking:
    return best(ranking, limit) if overlapping else _apart(snapshot, ranking, limit)


def _apart(snapshot: Snapshot, ranking: Ranking, limit: int) -> Ranking:
    """The best of a ranking, without those that share lines with a better one."""
    paths, starts, ends = (snapshot.columns[name] for name in ("path", "start_line", "end_line"))
    kept: list[int] = []
    taken: dict[str, list[tuple[int, int]]] = {}
    for place, position in enumerate(ranking.positions):
        lines = starts[position], ends[position]
        others = taken.setdefault(paths[position], [])
        if all(lines[1] < first or last < lines[0] for first, last in others):
            others.append(lines)
            kept.append(place)
            if len(kept) == limit:
                break
    return Ranking(ranking.positions[kept], ranking.scores[kept])

"""Ranking of chunks: by meaning, by words, by both; definitions before their uses; no line twice."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from codequest.search.hits import SearchMode
from codequest.search.signals.asked import AskedQuery
from codequest.search.signals.definitions import DEFINITIONS, Match, name_words
from codequest.search.signals.places import ends_path, is_in_tests, is_secondary, match_path
from codequest.search.signals.spread import file_evidence, spread
from codequest.search.snapshot import Mask, Positions, Snapshot
from codequest.space import Vectors

_CANDIDATES = 200  # of each of the two rankings
_WORD_HITS = 1000  # chunks whose words speak for their file
_MEANING = 0.6  # share of the cosine in the sum; the rest is of BM25
_FULL_MATCH = 5  # words that only one chunk has, whose BM25 is a full match
_NAMED = 0.15  # for a definition whose name has all words of the query and no others
_PATH = 0.4  # for a file whose path has all words of the query
_FILE_NAME = 0.4  # for one whose name has no other words
_FILE = 0.3  # for the file whose chunks have most words of the query
_DEFINED = 6.0  # for a definition whose name is the query: it stands before chunks that only resemble it
_MENTIONED = 0.5  # for a definition that a longer query names
_DEEPEST = 5  # folders and suffixes that count: of two definitions the one of the plainer path comes first
_AS_FILE = 10.0  # for the beginning of the file whose path is the query
_TEST = _SECONDARY = 0.5  # factor of a chunk in a test; of one in documents, examples and the like
_TINY, _TINY_LINES = 0.7, 2  # factor of a definition of so few lines


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
    everything: bool = False,
    overlapping: bool = False,
) -> Ranking:
    """The chunks that answer a query; of those that share lines only the best, unless `overlapping`.

    In mode hybrid the score begins with 0.6 × meaning + 0.4 × words², both between 0 and 1, over the best two hundred
    chunks of each: meaning is the cosine between the mean and the best of the index, words is BM25 by the best of the
    index, or by what five words that only one chunk has would score where that is more. So words that are everywhere
    do not outvote meaning, however well they match: of BM25, much is evidence and little is chance. A convex sum keeps
    what reciprocal ranks throw away, by how much one chunk is better than the next: see Bruch, Gai and Ingber, An
    Analysis of Fusion Functions for Hybrid Retrieval (2022). Then comes what speaks for a chunk besides: see
    `codequest.search.signals`.

    Args:
        snapshot: What is searched.
        query: The query.
        query_vector: (dim,), in the snapshot's space; None in mode lexical.
        mode: What decides.
        limit: Most chunks to give.
        mask: Which chunks may be found, (chunks,).
        everything: Whether, in mode lexical, those of the mask that share no word come last; else they are left out.
        overlapping: Whether chunks that share lines are all given.
    """
    depth = max(_CANDIDATES, 3 * limit)  # as many pieces of what is found already may have to be left out
    by_words = _by_words(snapshot, query, max(depth, _WORD_HITS), mask) if mode != "dense" else None
    if query_vector is None or mode == "lexical":
        assert by_words is not None
        by_words = _and_the_rest(by_words, mask) if everything and mask is not None else by_words
        return _first(snapshot, best(by_words, depth), limit, overlapping)
    cosines = snapshot.cosines(query_vector)  # (chunks,)
    allowed = np.arange(len(cosines)) if mask is None else np.flatnonzero(mask)
    by_meaning = best(Ranking(allowed, cosines[allowed]), depth)
    if by_words is None:
        return _first(snapshot, by_meaning, limit, overlapping)
    asked, found = AskedQuery(query), best(by_words, depth)
    exact = {match.position: match for match in snapshot.definitions.find(query)} if asked.kind != "code" else {}
    candidates = np.zeros(len(cosines), bool)
    candidates[[*exact, *_of_paths(snapshot, asked)]] = True
    if mask is not None:
        candidates &= mask
    candidates[by_meaning.positions] = candidates[found.positions] = True
    positions = np.flatnonzero(candidates)
    scores = _MEANING * _meaning(cosines[positions], cosines[allowed])
    scores[np.searchsorted(positions, found.positions)] += (1 - _MEANING) * _matched(found.scores, len(snapshot))
    scores += _evidence(snapshot, asked, positions, by_words)
    _lift(snapshot, asked, positions, scores, exact)
    ranking = Ranking(positions, scores)
    return best(ranking, limit) if overlapping else _spread(snapshot, ranking, limit)


def _by_words(snapshot: Snapshot, query: str, depth: int, mask: Mask | None) -> Ranking:
    positions, scores = snapshot.lexical(query, limit=depth if mask is None else len(snapshot))
    if mask is not None:
        allowed = mask[positions]
        positions, scores = positions[allowed], scores[allowed]
    return best(Ranking(positions, scores), depth)


def _and_the_rest(ranking: Ranking, mask: Mask) -> Ranking:
    rest = np.setdiff1d(np.flatnonzero(mask), ranking.positions)
    positions = np.concatenate([ranking.positions, rest])
    return Ranking(positions, np.concatenate([ranking.scores, np.zeros(len(rest), np.float32)]))


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


def _evidence(snapshot: Snapshot, asked: AskedQuery, positions: Positions, by_words: Ranking) -> Vectors:
    """What the names of the chunks, their paths and the other chunks of their files add; nothing for lines of code."""
    added = np.zeros(len(positions), np.float32)
    if asked.kind == "code":
        return added
    symbols, paths = snapshot.columns["symbol"], snapshot.columns["path"]
    of_file = file_evidence([paths[position] for position in by_words.positions.tolist()], by_words.scores)
    for place, position in enumerate(positions.tolist()):
        name, path = name_words(symbols[position])[0], paths[position]
        if name:
            added[place] += _NAMED * len(asked.content.intersection(name)) / len(asked.content.union(name))
        asked_for, told = match_path(path, asked.stems)
        added[place] += _PATH * asked_for + _FILE_NAME * told * min(1.0, 2 * asked_for)
        added[place] += _FILE * of_file.get(path, 0.0)
    return added


def _lift(
    snapshot: Snapshot, asked: AskedQuery, positions: Positions, scores: Vectors, exact: dict[int, Match]
) -> None:
    """Put what is asked for by its name or path first, and tests and what only speaks of the code last."""
    symbols, paths, kinds = (snapshot.columns[name] for name in ("symbol", "path", "kind"))
    starts, ends = (snapshot.columns[name] for name in ("start_line", "end_line"))
    mentioned = {match.position: match for name in asked.names for match in snapshot.definitions.find(name)}
    for place, position in enumerate(positions.tolist()):
        path, is_definition = paths[position], kinds[position] in DEFINITIONS
        if position in exact:
            scores[place] += _DEFINED * _closeness(exact[position], kinds[position], path, asked)
        elif position in mentioned:
            scores[place] += _MENTIONED * _closeness(mentioned[position], kinds[position], path, asked)
        elif is_definition and ends[position] - starts[position] < _TINY_LINES:
            scores[place] *= _TINY
        if not asked.is_of_tests and is_in_tests(path, symbols[position]):
            scores[place] *= _TEST
        elif is_secondary(path):
            scores[place] *= _SECONDARY
    for path in asked.paths:
        _lift_file(snapshot, path, positions, scores, whole=path == asked.text.strip().strip("/."))


def _closeness(match: Match, kind: str, path: str, asked: AskedQuery) -> float:
    """How much a definition is the one that was asked for, between 0.25 and 1."""
    told, depth = match_path(path, asked.stems)[1], min(path.count("/") + path.count("."), _DEEPEST)
    close = 0.2 * match.is_spelled + 0.2 * match.is_head + 0.1 * match.is_qualified
    return 0.35 + close + 0.05 * (kind == "class") + 0.1 * told - 0.02 * depth


def _lift_file(snapshot: Snapshot, path: str, positions: Positions, scores: Vectors, *, whole: bool) -> None:
    """Put the chunks of a file whose path is in the query first; where it is the whole query, its beginning."""
    paths, starts = snapshot.columns["path"], snapshot.columns["start_line"]
    found = [
        (starts[position], place)
        for place, position in enumerate(positions.tolist())
        if ends_path(paths[position], path)
    ]
    for _, place in sorted(found)[: 1 if whole else None]:
        scores[place] += _AS_FILE if whole else _MENTIONED


def _of_paths(snapshot: Snapshot, asked: AskedQuery) -> list[int]:
    """The chunks of the files whose paths are in a query."""
    wanted = asked.paths
    if not wanted:
        return []
    paths = {path for path in set(snapshot.columns["path"]) if any(ends_path(path, end) for end in wanted)}
    return [position for position, path in enumerate(snapshot.columns["path"]) if path in paths]


def _spread(snapshot: Snapshot, ranking: Ranking, limit: int) -> Ranking:
    paths, starts, ends = (snapshot.columns[name] for name in ("path", "start_line", "end_line"))
    positions = ranking.positions.tolist()
    lines = [(starts[position], ends[position]) for position in positions]
    places, scores = spread([paths[position] for position in positions], lines, ranking.scores, limit=limit)
    return Ranking(ranking.positions[places], np.array(scores, np.float32))


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

"""Ranking of chunks: by meaning, by words, by both; definitions before their uses; no line twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from codequest.search.hits import SearchMode
from codequest.search.signals.fusion import Fusion, Ranking, Searched, best, joined, local
from codequest.search.signals.spread import Chosen, spread
from codequest.search.snapshot import Snapshot
from codequest.search.vectors.query_cosines import Mask
from codequest.space import Vectors

_CANDIDATES = 200  # of each of the two rankings
_MORE = 4  # times as many, where these do not suffice


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
    """The chunks of one index that answer a query: see `rank_together`.

    Args:
        snapshot: What is searched.
        query: The query.
        query_vector: (dim,), in the snapshot's space; None in mode lexical.
        mode: What decides.
        limit: Most chunks to give.
        mask: Which chunks may be found, (chunks,).
        overlapping: Whether chunks that share lines are all given.
    """
    searched = [Searched(snapshot, vector=query_vector, mask=mask)]
    return rank_together(searched, query, mode=mode, limit=limit, overlapping=overlapping)


def rank_together(
    searched: Sequence[Searched],
    query: str,
    *,
    mode: SearchMode,
    limit: int,
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

    Several indexes rank as if they were one: the mean and the best of all of them count, of cosines those of the same
    teacher, and BM25 by the number of words that only one chunk of its index has, so that a word tells as much in a
    small index as in a large one.

    A ranking of more chunks begins with one of fewer: where the two hundred do not suffice, others come after them.

    Args:
        searched: The indexes.
        query: The query.
        mode: What decides.
        limit: Most chunks to give.
        everything: Whether, in mode lexical, those of the mask that share no word come last; else they are left out.
        overlapping: Whether chunks that share lines are all given.
    """
    fusion = Fusion(searched, query)
    ranked: Callable[[int], Ranking]
    if mode == "lexical":
        ranked = partial(fusion.lexical, everything=everything)
    else:
        ranked = fusion.dense if mode == "dense" else fusion.hybrid
    chosen = Chosen(limit, overlapping=overlapping)
    for part in _parts(ranked, most=fusion.allowed):
        _choose(chosen, searched, part, spreading=mode == "hybrid" and not overlapping)
        if chosen.is_full:
            break
    return Ranking(np.array(chosen.positions, np.int64), np.array(chosen.scores, np.float32))


def rank_matches(searched: Sequence[Searched], matches: Sequence[Ranking], *, limit: int) -> Ranking:
    """The chunks that a regular expression matches, spread over files, where there are no words that rank.

    Args:
        searched: The indexes.
        matches: Of each of them the chunks, with their scores.
        limit: Most chunks to give.
    """
    chosen = Chosen(limit)
    _choose(chosen, searched, joined(searched, matches), spreading=True)
    return Ranking(np.array(chosen.positions, np.int64), np.array(chosen.scores, np.float32))


def _choose(chosen: Chosen, searched: Sequence[Searched], ranking: Ranking, *, spreading: bool) -> None:
    columns = [[each.snapshot.columns[name] for name in ("path", "start_line", "end_line")] for each in searched]
    places = list(zip(*local(searched, ranking.positions), strict=True))
    files = [(number, columns[number][0][place]) for number, place in places]
    lines = [(columns[number][1][place], columns[number][2][place]) for number, place in places]
    take = partial(spread, chosen) if spreading else chosen.take_all
    take(ranking.positions.tolist(), files, lines, ranking.scores)


def _parts(ranked: Callable[[int], Ranking], *, most: int) -> Iterator[Ranking]:
    """A ranking bit by bit: first of so many candidates, then what more of them bring.

    Args:
        ranked: The ranking of so many candidates.
        most: How many there are.
    """
    seen, depth = np.empty(0, np.int64), _CANDIDATES
    while True:
        ranking = ranked(depth)
        new = ~np.isin(ranking.positions, seen)
        if not new.any():
            return
        yield best(Ranking(ranking.positions[new], ranking.scores[new]), len(ranking.positions))
        if depth >= most:
            return
        seen, depth = np.union1d(seen, ranking.positions), _MORE * depth

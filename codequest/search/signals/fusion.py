"""Fusion: scores of chunks by words and by meaning, of one index or of several as if they were one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from codequest.search.signals.asked import AskedQuery
from codequest.search.signals.lifts import evidence, lift, lift_literal, of_paths
from codequest.search.signals.spread import file_evidence
from codequest.search.snapshot import Snapshot
from codequest.search.vectors.query_cosines import Mask, Positions, QueryCosines
from codequest.space import Vectors

_WORD_HITS = 1000  # chunks whose words speak for their file
_MEANING = 0.6  # share of the cosine in the sum; the rest is of BM25
_FULL_MATCH = 5  # words that only one chunk has, whose BM25 is a full match


@dataclass(frozen=True, slots=True)
class Ranking:
    """Chunks, best first.

    Attributes:
        positions: Positions of the chunks in the snapshot; of several indexes, those of each after those before it.
        scores: As in `codequest.search.SearchHit`.
    """

    positions: Positions
    scores: Vectors


@dataclass(frozen=True, slots=True)
class Searched:
    """An index in a search.

    Attributes:
        snapshot: Its chunks.
        vector: The query in its space, (dim,); None in mode lexical.
        mask: Which chunks may be found, (chunks,).
        space: Says whose vectors may be compared with those of another one.
    """

    snapshot: Snapshot
    vector: Vectors | None
    mask: Mask | None = None
    space: str = ""

    @property
    def allowed(self) -> Positions:
        """Positions of the chunks that may be found."""
        return np.arange(len(self.snapshot)) if self.mask is None else np.flatnonzero(self.mask)


class Fusion:
    """Scores of one query.

    Args:
        searched: The indexes.
        query: The query.
    """

    def __init__(self, searched: Sequence[Searched], query: str) -> None:
        self._searched, self._asked = searched, AskedQuery(query)

    @property
    def allowed(self) -> int:
        """Number of chunks that may be found."""
        return sum(len(each.snapshot) if each.mask is None else int(each.mask.sum()) for each in self._searched)

    def lexical(self, depth: int, *, everything: bool) -> Ranking:
        """The best by BM25; with `everything` and few of these, all other chunks after them."""
        rankings = self._by_words(depth)
        found = best(self._joined(rankings if len(rankings) == 1 else self._in_words(rankings)), depth)
        if not everything or len(found.positions) == depth:
            return found
        nothing = [Ranking(each.allowed, np.zeros(len(each.allowed), np.float32)) for each in self._searched]
        rest = np.setdiff1d(self._joined(nothing).positions, found.positions)
        positions = np.concatenate([found.positions, rest])
        return Ranking(positions, np.concatenate([found.scores, np.zeros(len(rest), np.float32)]))

    def dense(self, depth: int) -> Ranking:
        """The best by cosine; of several spaces, by how far each is between the mean and the best of its space."""
        comparable = len({each.space for each in self._searched}) == 1
        rankings = [Ranking(*cosines.best(depth)) for cosines in self._cosines]
        if not comparable:
            rankings = [Ranking(of.positions, self._meaning(at, of.scores)) for at, of in enumerate(rankings)]
        return best(self._joined(rankings), depth)

    def hybrid(self, depth: int) -> Ranking:
        """The best of both, and what is asked for by its name or path, by all that speaks for a chunk."""
        words = self._in_words(self._by_words(max(depth, _WORD_HITS)))
        paths = [each.snapshot.columns.categories("path") for each in self._searched]
        firsts = np.cumsum([0, *(len(of.values) for of in paths)])
        files = [first + of.numbers[each.positions] for first, of, each in zip(firsts, paths, words, strict=False)]
        of_file = file_evidence(np.concatenate(files), np.concatenate([of.scores for of in words]))
        full = max([_FULL_MATCH, *(float(of.scores[0]) for of in words if len(of.scores))])
        by_meaning, by_words = self._split(self.dense(depth)), self._split(best(self._joined(words), depth))
        return self._joined(
            [
                self._scored(
                    number,
                    by_meaning[number].positions,
                    Ranking(by_words[number].positions, (by_words[number].scores / np.float32(full)) ** 2),
                    {
                        paths[number].values[file - firsts[number]]: share
                        for file, share in of_file.items()
                        if firsts[number] <= file < firsts[number + 1]
                    },
                )
                for number in range(len(self._searched))
            ]
        )

    def _scored(self, number: int, by_meaning: Positions, by_words: Ranking, of_file: Mapping[str, float]) -> Ranking:
        """The candidates of one index, in any order."""
        snapshot, mask, asked = self._searched[number].snapshot, self._searched[number].mask, self._asked
        matches = snapshot.definitions.find(asked.text) if asked.kind != "code" else ()
        exact = {match.position: match for match in matches}
        candidates = np.zeros(len(snapshot), bool)
        candidates[[*exact, *of_paths(snapshot, asked)]] = True
        if mask is not None:
            candidates &= mask
        candidates[by_meaning] = candidates[by_words.positions] = True
        positions = np.flatnonzero(candidates)
        scores = _MEANING * self._meaning(number, self._cosines[number].of(positions))
        of_words = (1 - _MEANING) * by_words.scores
        lift_literal(snapshot, asked, by_words.positions, of_words)
        scores[np.searchsorted(positions, by_words.positions)] += of_words
        scores += evidence(snapshot, asked, positions, of_file)
        lift(snapshot, asked, positions, scores, exact)
        return Ranking(positions, scores)

    def _by_words(self, depth: int) -> list[Ranking]:
        """BM25 of each index, best first."""
        rankings = []
        for each in self._searched:
            limit = depth if each.mask is None else len(each.snapshot)
            positions, scores = each.snapshot.lexical(self._asked.text, limit=limit)
            if each.mask is not None:
                allowed = each.mask[positions]
                positions, scores = positions[allowed], scores[allowed]
            rankings.append(best(Ranking(positions, scores), depth))
        return rankings

    def _in_words(self, rankings: Sequence[Ranking]) -> list[Ranking]:
        """BM25 by what a word has that only one chunk of the index has: the logarithm of the number of chunks."""
        pairs = zip(self._searched, rankings, strict=True)
        return [
            Ranking(found.positions, found.scores / np.float32(math.log(max(len(each.snapshot), 2))))
            for each, found in pairs
        ]

    @cached_property
    def _cosines(self) -> list[QueryCosines]:
        """Of the chunks of each index to the query."""
        cosines = []
        for each in self._searched:
            assert each.vector is not None
            cosines.append(each.snapshot.cosines(each.vector, each.mask))
        return cosines

    def _meaning(self, number: int, cosines: Vectors) -> Vectors:
        """Cosines of an index between the mean of what may be found, 0, and its best, 1: teachers differ in both."""
        mean, most = self._bounds[self._searched[number].space]
        meaning: Vectors = np.maximum(cosines - mean, 0) / max(most - mean, np.float32(1e-6))
        return meaning

    @cached_property
    def _bounds(self) -> dict[str, tuple[np.float32, np.float32]]:
        """Mean and best cosine of what may be found in the indexes of each space."""
        of_space: dict[str, list[QueryCosines]] = defaultdict(list)
        for each, cosines in zip(self._searched, self._cosines, strict=True):
            if cosines.allowed:
                of_space[each.space].append(cosines)
        bounds = {each.space: (np.float32(0), np.float32(0)) for each in self._searched}
        for space, found in of_space.items():
            mean = np.average([of.mean for of in found], weights=[of.allowed for of in found])
            bounds[space] = np.float32(mean), np.float32(max(of.most for of in found))
        return bounds

    def _joined(self, rankings: Sequence[Ranking]) -> Ranking:
        return joined(self._searched, rankings)

    def _split(self, ranking: Ranking) -> list[Ranking]:
        numbers, places = map(np.array, local(self._searched, ranking.positions))
        return [
            Ranking(places[numbers == number].astype(np.int64), ranking.scores[numbers == number])
            for number in range(len(self._searched))
        ]


def joined(searched: Sequence[Searched], rankings: Sequence[Ranking]) -> Ranking:
    """One ranking of those of each index, whose positions go on from one index to the next."""
    pairs = list(zip(_starts(searched), rankings, strict=True))
    positions = np.concatenate([start + ranking.positions for start, ranking in pairs])
    return Ranking(positions, np.concatenate([ranking.scores for _, ranking in pairs]))


def local(searched: Sequence[Searched], positions: Positions) -> tuple[list[int], list[int]]:
    """The indexes of chunks, and their positions in these."""
    starts = _starts(searched)
    numbers = np.searchsorted(starts, positions, side="right") - 1
    return numbers.tolist(), (positions - starts[numbers]).tolist()


def _starts(searched: Sequence[Searched]) -> Positions:
    return np.cumsum([0, *(len(each.snapshot) for each in searched)])[:-1]


def best(ranking: Ranking, count: int) -> Ranking:
    """The highest scores of a ranking in any order; of equal ones the first in the index."""
    positions, scores = ranking.positions, ranking.scores
    if len(scores) > count:
        lowest = np.partition(scores, len(scores) - count)[len(scores) - count]
        kept = np.flatnonzero(scores >= lowest)
        positions, scores = positions[kept], scores[kept]
    order = np.lexsort((positions, -scores))[:count]
    return Ranking(positions[order], scores[order])

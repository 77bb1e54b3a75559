"""Hits of one file: its best ones count for it, and it does not fill the page."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np

from codequest.search.vectors.query_cosines import Positions
from codequest.space import Vectors

Lines = tuple[int, int]

_BEST_OF_FILE = 3  # chunks that speak for their file
_OWN = 0.25  # factor of the best of them, for which its own words are counted already
_FULL_FILE = 3.75  # words that only one chunk has, whose BM25 in a file is all that can speak for it
_FURTHER = 0.6  # factor of each further hit of a file
_AT_FIRST = 2  # hits of a file before others have had their turn


def file_evidence(files: Positions, scores: Vectors) -> dict[int, float]:
    """How much speaks for each file, 1 at most: the sum of the scores of its best three chunks, a quarter of the first.

    The best file has less than 1 where its matches are few, or of words that are everywhere.

    Args:
        files: Number of that of every chunk, (chunks,).
        scores: BM25 of the chunks by what a word has that only one chunk has, (chunks,); none below 0.
    """
    if not len(files):
        return {}
    order = np.lexsort((-scores, files))  # by file, the best of each first
    ordered, values = files[order], scores[order].astype(np.float64)
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
    places = np.arange(len(ordered)) - np.repeat(starts, np.diff(starts, append=len(ordered)))
    values[places >= _BEST_OF_FILE] = 0.0
    values[starts] *= _OWN
    sums = np.add.reduceat(values, starts)
    return dict(zip(ordered[starts].tolist(), (sums / max(sums.max(), _FULL_FILE)).tolist(), strict=True))


class Chosen:
    """Chunks that are chosen one after the other, none of which shares lines with another one.

    Args:
        limit: Most chunks.
        overlapping: Whether they may share lines.

    Attributes:
        positions: Those of the chunks.
        scores: Theirs, none higher than the one before.
    """

    def __init__(self, limit: int, *, overlapping: bool = False) -> None:
        self._limit, self._overlapping = limit, overlapping
        self._taken: dict[Hashable, list[Lines]] = defaultdict(list)
        self.positions: list[int] = []
        self.scores: list[float] = []

    @property
    def is_full(self) -> bool:
        """Whether there are as many as are wanted."""
        return len(self.positions) >= self._limit

    def hits(self, file: Hashable) -> int:
        """Number of those in a file."""
        return len(self._taken[file])

    def take(self, position: int, file: Hashable, lines: Lines, score: float) -> None:
        """Add a chunk, unless it shares lines with one that is there."""
        start, end = lines
        others = self._taken[file]
        if self._overlapping or all(end < first or last < start for first, last in others):
            others.append(lines)
            self.positions.append(position)
            self.scores.append(min([score, *self.scores[-1:]]))

    def take_all(
        self, positions: Sequence[int], files: Sequence[Hashable], lines: Sequence[Lines], scores: Vectors
    ) -> None:
        """Add chunks in their order, as many as are wanted."""
        for position, file, of, score in zip(positions, files, lines, scores.tolist(), strict=True):
            if self.is_full:
                return
            self.take(position, file, of, score)


def spread(
    chosen: Chosen, positions: Sequence[int], files: Sequence[Hashable], lines: Sequence[Lines], scores: Vectors
) -> None:
    """Choose the best chunks, without those that share lines with a better one, spread over files.

    Each further chunk of a file counts 0.6 of what it would count before, and the third and later ones come after those
    of all other files.

    Args:
        chosen: Where they are added, until it is full.
        positions: Those of the chunks.
        files: That of every chunk.
        lines: First and last line of every chunk.
        scores: Scores of the chunks, none below 0.
    """
    worths = scores.tolist()
    waiting = [(-score, place) for place, score in enumerate(worths)]
    heapq.heapify(waiting)
    later: list[tuple[float, int]] = []
    while waiting and not chosen.is_full:
        given, place = heapq.heappop(waiting)
        hits = chosen.hits(files[place])
        worth = worths[place] * _FURTHER**hits
        if hits >= _AT_FIRST:
            later.append((worths[place], place))
        elif worth < -given:
            heapq.heappush(waiting, (-worth, place))
        else:
            chosen.take(positions[place], files[place], lines[place], worth)
    for score, place in sorted(later, key=lambda each: (-each[0], each[1])):
        if chosen.is_full:
            return
        chosen.take(positions[place], files[place], lines[place], score * _FURTHER ** chosen.hits(files[place]))

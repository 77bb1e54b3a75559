"""Hits of one file: its best ones count for it, and it does not fill the page."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from codequest.space import Vectors

_BEST_OF_FILE = 3  # chunks that speak for their file
_FURTHER = 0.5  # factor of each further hit of a file
_AT_FIRST = 2  # hits of a file before others have had their turn


def file_evidence(files: Sequence[str], scores: Vectors) -> dict[str, float]:
    """How much speaks for each file, 1 for the best: the sum of the scores of its best three chunks.

    Args:
        files: That of every chunk.
        scores: Those of the chunks, none below 0.
    """
    best: dict[str, list[float]] = defaultdict(list)
    for place in np.argsort(-scores, kind="stable").tolist():
        if len(best[files[place]]) < _BEST_OF_FILE:
            best[files[place]].append(float(scores[place]))
    sums = {file: sum(values) for file, values in best.items()}
    most = max(sums.values(), default=0.0)
    return {file: value / most for file, value in sums.items()} if most > 0 else {}


def spread(
    files: Sequence[str], lines: Sequence[tuple[int, int]], scores: Vectors, *, limit: int
) -> tuple[list[int], list[float]]:
    """The best chunks, without those that share lines with a better one, spread over files.

    Each further chunk of a file counts half as much as the one before, and the third and later ones come after those
    of all other files.

    Args:
        files: That of every chunk.
        lines: First and last line of every chunk.
        scores: Scores of the chunks, none below 0.
        limit: Most chunks to give.

    Returns:
        Their places, best first, and their scores, none higher than the one before.
    """
    first = _Chosen(files, lines)
    waiting = [(-float(score), place) for place, score in enumerate(scores)]
    heapq.heapify(waiting)
    later: list[tuple[float, int]] = []
    while waiting and len(first.places) < limit:
        given, place = heapq.heappop(waiting)
        hits = first.hits(place)
        worth = float(scores[place]) * _FURTHER**hits
        if hits >= _AT_FIRST:
            later.append((float(scores[place]), place))
        elif worth < -given:
            heapq.heappush(waiting, (-worth, place))
        else:
            first.take(place, worth)
    for score, place in sorted(later, key=lambda each: (-each[0], each[1])):
        if len(first.places) == limit:
            break
        first.take(place, score * _FURTHER ** first.hits(place))
    return first.places, first.scores


class _Chosen:
    def __init__(self, files: Sequence[str], lines: Sequence[tuple[int, int]]) -> None:
        self._files, self._lines = files, lines
        self._taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.places: list[int] = []
        self.scores: list[float] = []

    def hits(self, place: int) -> int:
        return len(self._taken[self._files[place]])

    def take(self, place: int, score: float) -> None:
        """Add a chunk, unless it shares lines with one that is there."""
        start, end = self._lines[place]
        others = self._taken[self._files[place]]
        if all(end < first or last < start for first, last in others):
            others.append((start, end))
            self.places.append(place)
            self.scores.append(min([score, *self.scores[-1:]]))

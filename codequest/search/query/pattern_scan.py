"""The chunks of an index that a regular expression matches, and how they rank without any words."""

from __future__ import annotations

import numpy as np

from codequest.search.query.text_pattern import PatternClock
from codequest.search.signals.fusion import Ranking, Searched
from codequest.search.signals.lifts import weight
from codequest.search.vectors.query_cosines import Positions
from codequest.space import Vectors

_AT_ONCE = 500  # texts that are read together
_MOST_MATCHES = 20  # of a text: more tell nothing
_SATURATION, _LENGTH = 1.2, 0.75  # k1 and b of BM25


class PatternMatches:
    """Matches of a regular expression in one index, within the chunks that may be found.

    Args:
        searched: The index.
        clock: The expression.

    Attributes:
        positions: Those of the chunks that it matches, in their order.

    Raises:
        InvalidInputError: It takes too long.
        LookupError: A run has removed the chunks meanwhile.
    """

    def __init__(self, searched: Searched, clock: PatternClock) -> None:
        self._snapshot = searched.snapshot
        positions: list[int] = []
        counts: list[int] = []
        allowed = searched.allowed.tolist()
        for start in range(0, len(allowed), _AT_ONCE):
            part = allowed[start : start + _AT_ONCE]
            for position, text in zip(part, self._snapshot.texts(part), strict=True):
                count = clock.count(text, most=_MOST_MATCHES)
                if count:
                    positions.append(position)
                    counts.append(count)
        self.positions: Positions = np.array(positions, np.int64)
        self._counts: Vectors = np.array(counts, np.float32)

    def mask(self) -> np.ndarray:
        """Mask of these chunks, (chunks,)."""
        mask = np.zeros(len(self._snapshot), bool)
        mask[self.positions] = True
        return mask

    def ranking(self) -> Ranking:
        """The chunks as BM25 ranks them by a single word: many matches in few lines first, what is no code later."""
        paths, symbols, starts, ends = (
            self._snapshot.columns[name] for name in ("path", "symbol", "start_line", "end_line")
        )
        lengths = np.array(ends) - np.array(starts) + 1
        here = lengths[self.positions] / max(lengths.mean(), 1) if len(self.positions) else np.empty(0)
        scores = self._counts * (_SATURATION + 1) / (self._counts + _SATURATION * (1 - _LENGTH + _LENGTH * here))
        weights = [weight(paths[place], symbols[place], tests=False) for place in self.positions.tolist()]
        return Ranking(self.positions, (scores * np.array(weights)).astype(np.float32))

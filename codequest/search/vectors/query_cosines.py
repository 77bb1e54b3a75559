"""QueryCosines: the cosines of the chunks of an index to one query, as far as a ranking asks for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
import numpy.typing as npt

from codequest.space import Vectors

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]


class QueryCosines(ABC):
    """Cosines of the chunks of an index to a query; every one that is given is exact.

    Args:
        chunks: Number of chunks.
        mask: Which of them may be found, (chunks,); None for all.
    """

    def __init__(self, chunks: int, mask: Mask | None) -> None:
        self._chunks, self._mask = chunks, mask

    @cached_property
    def allowed(self) -> int:
        """Number of chunks that may be found."""
        return self._chunks if self._mask is None else int(np.count_nonzero(self._mask))

    @abstractmethod
    def of(self, positions: Positions) -> Vectors:
        """Cosines of these chunks, (positions,)."""

    @abstractmethod
    def best(self, count: int) -> tuple[Positions, Vectors]:
        """Positions and cosines of the best chunks that may be found, in any order, with others among them.

        Of a large index one of a hundred may be missing.

        Args:
            count: How many.
        """

    @property
    @abstractmethod
    def mean(self) -> float:
        """Mean of those that may be found, of a large index that of many of them; 0 where there are none."""

    @cached_property
    def most(self) -> float:
        """The highest one of a chunk that may be found; 0 where there are none."""
        cosines = self.best(1)[1]
        return float(cosines.max()) if len(cosines) else 0.0

    def _places(self) -> Positions:
        """Positions of the chunks that may be found."""
        return np.arange(self._chunks) if self._mask is None else np.flatnonzero(self._mask)


class ComputedCosines(QueryCosines):
    """Those of an index of which all are computed.

    Args:
        cosines: (chunks,).
        mask: Which chunks may be found, (chunks,); None for all.
    """

    def __init__(self, cosines: Vectors, mask: Mask | None) -> None:
        super().__init__(len(cosines), mask)
        self._cosines = cosines

    def of(self, positions: Positions) -> Vectors:
        return self._cosines[positions]

    def best(self, count: int) -> tuple[Positions, Vectors]:  # noqa: ARG002  all are there
        places = self._places()
        return places, self._cosines[places]

    @cached_property
    def mean(self) -> float:
        return float(self.best(0)[1].mean()) if self.allowed else 0.0

"""TierRows: the rows of a file of vectors that the chunks of an index have."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from codequest.errors import require
from codequest.search.store.vector_file import LARGE, MANY, Tier, VectorReader, codes_of_tier, mapped_vectors
from codequest.search.vectors.query_cosines import Mask, Positions
from codequest.space import Vectors

Slots = npt.NDArray[np.int64]
"""Where the vectors of chunks are in the file of a tier, (chunks,); `NO_SLOT` for a chunk that has none."""

NO_SLOT = -1
_SAMPLED = 4096  # vectors whose mean stands for that of all
_FEW = 8  # a product with rows that are copied first costs as much as one with so many rows in their place


def evenly(numbers: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """So many of some numbers, or all where there are fewer, evenly spaced."""
    return numbers[np.linspace(0, len(numbers) - 1, min(len(numbers), count)).astype(np.int64)]


class TierRows:
    """The rows of a tier.

    Args:
        folder: That of the store.
        tier: Which one.
        slots: Of all chunks.
        own: Which chunks are searched by this tier, (chunks,).
        dim: Length of the vectors.

    Raises:
        ValueError: The file has too few rows.
        OSError: It cannot be read.
    """

    def __init__(self, folder: Path, tier: Tier, slots: Slots, own: Mask, *, dim: int) -> None:
        rows = int(slots.max(initial=NO_SLOT)) + 1
        self._slots, self._own = slots, own
        self.vectors = mapped_vectors(folder, tier, rows=rows, dim=dim)
        many = np.count_nonzero(own) >= MANY
        self._codes = codes_of_tier(folder, tier, rows=rows, dim=dim) if many else None
        self._reader = VectorReader(folder, tier, dim=dim) if rows >= LARGE and hasattr(os, "pread") else None

    @property
    def has_codes(self) -> bool:
        """Whether a search reads codes first."""
        return self._codes is not None

    def row(self, position: int) -> Vectors:
        """The vector of a chunk, (dim,)."""
        row: Vectors = np.array(self._rows(self._slots[[position]])[0])
        return row

    def _rows(self, slots: Slots) -> Vectors:
        return self._reader.rows(slots) if self._reader else self.vectors[slots]

    def products(self, query_vector: Vectors, positions: Positions) -> Vectors:
        """Products of the vectors of some chunks with a query, (positions,).

        Raises:
            MissingDependencyError: simsimd is not installed.
        """
        simsimd = require("simsimd", extra="search")  # on one core: so few rows are not worth waiting for another one
        rows = self._rows(self._slots[positions])
        products: Vectors = np.asarray(simsimd.cdist(query_vector[None], rows, "inner"))[0].astype(np.float32)
        return products

    def all_products(self, query_vector: Vectors) -> Vectors:
        """Those of all chunks of the tier, in their order."""
        slots = self._slots[self._own]
        if len(slots) * _FEW < len(self.vectors):
            few: Vectors = self.vectors[slots] @ query_vector
            return few
        products: Vectors = (self.vectors @ query_vector)[slots]  # (rows,) to (slots,)
        return products

    def nearest(self, query_vector: Vectors, count: int, mask: Mask | None) -> Positions:
        """Positions of chunks of the tier whose codes are nearest to a query; of a tier without codes, all of them.

        Args:
            query_vector: (dim,).
            count: How many, about.
            mask: Which chunks may be among them, (chunks,); None for all.
        """
        allowed = self._own if mask is None else self._own & mask
        if self._codes is None or np.count_nonzero(allowed) <= count:
            return np.flatnonzero(allowed)
        places = self._positions
        wanted = places >= 0
        if mask is not None:
            wanted[wanted] = mask[places[wanted]]
        return places[self._codes.nearest(query_vector, count, None if wanted.all() else wanted)].astype(np.int64)

    @cached_property
    def mean(self) -> Vectors:
        """Mean of the vectors of the tier, (dim,), as far as some of them tell."""
        mean: Vectors = self._rows(evenly(self._slots[self._own], _SAMPLED)).mean(axis=0)
        return mean

    @cached_property
    def _positions(self) -> npt.NDArray[np.int32]:
        """The chunk of each row, (rows,); -1 for those of chunks that are gone, or searched by another tier."""
        positions = np.full(len(self.vectors), -1, np.int32)
        own = np.flatnonzero(self._own)
        positions[self._slots[own]] = own
        return positions

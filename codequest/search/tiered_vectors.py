"""The vectors of an index half of which its teacher may not have seen yet, and cosines that compare across both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from codequest.search.store.vector_codes import code_cosines
from codequest.search.store.vector_file import Tier, codes_of_tier, mapped_vectors
from codequest.space import Vectors

Slots = npt.NDArray[np.int64]
"""Where the vectors of chunks are in the file of a tier, (chunks,); `NO_SLOT` for a chunk that has none."""

NO_SLOT = -1
_PAIRS = 512  # chunks whose vectors of both tiers are compared for every query
_FEW = 8  # a product with rows that are copied first costs as much as one with so many rows in their place
_MANY = 8192  # chunks from which on codes are read first
_EXACT = 512  # of these, the best, whose cosines are of their vectors


class TieredVectors:
    """One vector for every chunk: the teacher's where it is there, the light one elsewhere.

    Args:
        folder: That of the store.
        slots: Of each tier.
        dim: Length of the vectors.

    Attributes:
        taught: Which chunks have the teacher's vector, (chunks,).

    Raises:
        ValueError: A chunk has no vector, or a file too few.
        OSError: A file cannot be read.
    """

    def __init__(self, folder: Path, slots: Mapping[Tier, Slots], *, dim: int) -> None:
        teacher, light = slots["teacher"], slots["light"]
        self.taught: npt.NDArray[np.bool_] = teacher != NO_SLOT
        if (light[~self.taught] == NO_SLOT).any():
            raise ValueError("it holds chunks that have no vector")
        self._teacher = _Rows(folder, "teacher", teacher[self.taught], rows=_rows(teacher), dim=dim)
        self._light = _Rows(folder, "light", light[~self.taught], rows=_rows(light), dim=dim)
        both = np.flatnonzero(self.taught & (light != NO_SLOT))
        chosen = both[np.linspace(0, len(both) - 1, min(len(both), _PAIRS)).astype(np.int64)]
        self._paired = teacher[chosen], light[chosen]

    def cosines(self, query_vector: Vectors, mask: npt.NDArray[np.bool_] | None = None) -> Vectors:
        """Cosine of every chunk to a query, (chunks,); those of the light tier as the teacher's would be on average.

        The cosines of two models differ in their mean and in how far they spread. Both are compared for this very
        query, with chunks that have a vector of each, and the light ones are moved and stretched to match: so a chunk
        is found no sooner and no later for the tier that it is of.

        Of thousands of chunks the best 512 of each tier have exact ones, those of the others are off by about a
        thousandth.

        Args:
            query_vector: (dim,).
            mask: The chunks whose best have exact ones, (chunks,); all of them by default.
        """
        cosines: Vectors = np.empty(len(self.taught), np.float32)
        for rows, own in ((self._teacher, self.taught), (self._light, ~self.taught)):
            if own.any():
                cosines[own] = rows.product(query_vector, None if mask is None else mask[own])
        if not self.taught.all() and self.taught.any():
            cosines[~self.taught] = self._as_teacher(cosines[~self.taught], query_vector)
        return cosines

    def vector(self, position: int) -> Vectors:
        """The vector of a chunk, (dim,): the teacher's, or the light one where there is no other."""
        taught = self.taught[position]
        place = int(np.count_nonzero(self.taught[:position] == taught))  # among those of its tier
        return (self._teacher if taught else self._light).row(place)

    def _as_teacher(self, light: Vectors, query_vector: Vectors) -> Vectors:
        teacher_pairs, light_pairs = (pairs @ query_vector for pairs in self._pairs)  # (pairs,) each
        if len(light_pairs) < 2:
            return light
        stretch = teacher_pairs.std() / max(light_pairs.std(), np.float32(1e-6))
        moved: Vectors = (light - light_pairs.mean()) * stretch + teacher_pairs.mean()
        return moved

    @cached_property
    def _pairs(self) -> tuple[Vectors, Vectors]:
        """Vectors of the same chunks by the teacher and light, (pairs, dim) each."""
        teacher, light = self._paired
        return self._teacher.vectors[teacher], self._light.vectors[light]


class _Rows:
    """Some rows of a file of vectors."""

    def __init__(self, folder: Path, tier: Tier, slots: Slots, *, rows: int, dim: int) -> None:
        self.vectors = mapped_vectors(folder, tier, rows=rows, dim=dim)
        self._codes = codes_of_tier(folder, tier, rows=rows, dim=dim)
        self._slots = slots

    def row(self, place: int) -> Vectors:
        row: Vectors = np.array(self.vectors[self._slots[place]])
        return row

    def product(self, query_vector: Vectors, mask: npt.NDArray[np.bool_] | None) -> Vectors:
        """Products with a query, (slots,); of many rows exact for the best in a mask."""
        if len(self._slots) < _MANY:
            return self._exact(query_vector)
        product: Vectors = code_cosines(self._codes, query_vector)[self._slots]
        allowed = np.arange(len(product)) if mask is None else np.flatnonzero(mask)
        if len(allowed) > _EXACT:
            allowed = allowed[np.argpartition(product[allowed], -_EXACT)[-_EXACT:]]
        product[allowed] = self.vectors[self._slots[allowed]] @ query_vector
        return product

    def _exact(self, query_vector: Vectors) -> Vectors:
        if len(self._slots) * _FEW < len(self.vectors):
            few: Vectors = self.vectors[self._slots] @ query_vector
            return few
        product: Vectors = (self.vectors @ query_vector)[self._slots]  # (rows,) to (slots,)
        return product


def _rows(slots: Slots) -> int:
    return int(slots.max(initial=NO_SLOT)) + 1

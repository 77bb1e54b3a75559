"""The vectors of an index half of which its teacher may not have seen yet, and cosines that compare across both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from codequest.search.store.vector_file import Tier
from codequest.search.vectors.query_cosines import ComputedCosines, Mask, Positions, QueryCosines
from codequest.search.vectors.tier_rows import NO_SLOT, Slots, TierRows, evenly
from codequest.space import Vectors

_PAIRS = 512  # chunks whose vectors of both tiers are compared for every query
_READ = 800  # chunks of a tier whose vectors are read, at least, of those whose codes are nearest
_SHARE = 1000  # one of so many, of larger indexes: the larger, the more have codes as near as those of the best
_TIMES = 4  # as many as are wanted
_SAMPLED = 512  # chunks of a mask whose mean stands for that of all


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
        self._teacher = TierRows(folder, "teacher", teacher, self.taught, dim=dim)
        self._light = TierRows(folder, "light", light, ~self.taught, dim=dim)
        both = np.flatnonzero(self.taught & (light != NO_SLOT))
        chosen = evenly(both, _PAIRS)
        self._paired = teacher[chosen], light[chosen]

    def __len__(self) -> int:
        return len(self.taught)

    @property
    def reads_codes(self) -> bool:
        """Whether there are so many vectors that a search reads their codes first."""
        return self._teacher.has_codes or self._light.has_codes

    def cosines(self, query_vector: Vectors, mask: Mask | None = None) -> QueryCosines:
        """Cosines of chunks to a query; those of the light tier as the teacher's would be on average.

        The cosines of two models differ in their mean and in how far they spread. Both are compared for this very
        query, with chunks that have a vector of each, and the light ones are moved and stretched to match: so a chunk
        is found no sooner and no later for the tier that it is of.

        Args:
            query_vector: (dim,).
            mask: The chunks that may be found, (chunks,); all of them by default.
        """
        if self.reads_codes:
            return _NearestCosines(self, query_vector, mask)
        cosines: Vectors = np.empty(len(self), np.float32)
        for rows, own in self.tiers:
            if own.any():
                cosines[own] = rows.all_products(query_vector)
        cosines[~self.taught] = self.as_teacher(cosines[~self.taught], query_vector)
        return ComputedCosines(cosines, mask)

    @property
    def tiers(self) -> tuple[tuple[TierRows, Mask], tuple[TierRows, Mask]]:
        """The rows of each tier, and which chunks are of it."""
        return (self._teacher, self.taught), (self._light, ~self.taught)

    def some_cosines(self, query_vector: Vectors, positions: Positions) -> Vectors:
        """Those of some chunks, (positions,)."""
        cosines: Vectors = np.empty(len(positions), np.float32)
        taught = self.taught[positions]
        for rows, own in ((self._teacher, taught), (self._light, ~taught)):
            if own.any():
                cosines[own] = rows.products(query_vector, positions[own])
        cosines[~taught] = self.as_teacher(cosines[~taught], query_vector)
        return cosines

    def as_teacher(self, light: Vectors, query_vector: Vectors) -> Vectors:
        """Cosines of light vectors, moved and stretched."""
        teacher_pairs, light_pairs = (pairs @ query_vector for pairs in self._pairs)  # (pairs,) each
        if not len(light) or len(light_pairs) < 2:
            return light
        stretch = teacher_pairs.std() / max(light_pairs.std(), np.float32(1e-6))
        moved: Vectors = (light - light_pairs.mean()) * stretch + teacher_pairs.mean()
        return moved

    def mean_cosine(self, query_vector: Vectors) -> float:
        """Mean of the cosines of all chunks, as far as some of them tell."""
        mean = 0.0
        for rows, own in self.tiers:
            share = np.count_nonzero(own) / len(own)
            if share:
                cosine = np.array([rows.mean @ query_vector], np.float32)
                mean += share * float((cosine if rows is self._teacher else self.as_teacher(cosine, query_vector))[0])
        return mean

    def vector(self, position: int) -> Vectors:
        """The vector of a chunk, (dim,): the teacher's, or the light one where there is no other."""
        return (self._teacher if self.taught[position] else self._light).row(position)

    @cached_property
    def _pairs(self) -> tuple[Vectors, Vectors]:
        """Vectors of the same chunks by the teacher and light, (pairs, dim) each."""
        teacher, light = self._paired
        return self._teacher.vectors[teacher], self._light.vectors[light]


class _NearestCosines(QueryCosines):
    """Those of the chunks of a large index whose codes are nearest to the query."""

    def __init__(self, vectors: TieredVectors, query_vector: Vectors, mask: Mask | None) -> None:
        super().__init__(len(vectors), mask)
        self._vectors, self._query = vectors, query_vector

    def of(self, positions: Positions) -> Vectors:
        places, cosines = self._first
        found = np.searchsorted(places, positions)
        known = np.take(places, found, mode="clip") == positions if len(places) else np.zeros(len(positions), bool)
        asked: Vectors = np.empty(len(positions), np.float32)
        asked[known] = cosines[found[known]]
        asked[~known] = self._vectors.some_cosines(self._query, positions[~known])
        return asked

    def best(self, count: int) -> tuple[Positions, Vectors]:
        return self._first if count * _TIMES <= self._least else self._nearest(count * _TIMES)

    @cached_property
    def _least(self) -> int:
        return max(_READ, self._chunks // _SHARE)

    @cached_property
    def _first(self) -> tuple[Positions, Vectors]:
        return self._nearest(self._least)

    def _nearest(self, count: int) -> tuple[Positions, Vectors]:
        if self.allowed <= count:
            places = self._places()
        else:
            tiers = (rows.nearest(self._query, count, self._mask) for rows, own in self._vectors.tiers if own.any())
            places = np.sort(np.concatenate(list(tiers)))
        return places, self._vectors.some_cosines(self._query, places)

    @cached_property
    def mean(self) -> float:
        if self._mask is None:
            return self._vectors.mean_cosine(self._query)
        places = evenly(self._places(), _SAMPLED)
        return float(self.of(places).mean()) if len(places) else 0.0

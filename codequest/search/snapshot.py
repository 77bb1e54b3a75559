"""One version of an index, opened for searching."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from itertools import compress
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from codequest.search.hits import SearchFilters
from codequest.search.paths import PathGlobs
from codequest.search.store import GENERATION, ChunkStore
from codequest.search.store.tables import LISTED_COLUMNS, ChunkTables, ListedChunk
from codequest.search.store.vector_file import TIERS, Tier
from codequest.search.tiered_vectors import NO_SLOT, Slots, TieredVectors
from codequest.space import Vectors

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]


class Snapshot:
    """The chunks of one generation, in the order in which they came; a run that writes meanwhile changes nothing of it.

    Vectors are mapped into memory as float32, so that the product with a query is exact and one call of BLAS.

    Args:
        store: Where they are.
        versions: Which of them.
        dim: Length of the vectors.
        before: A snapshot of an earlier generation of the same store: what both hold is not read again.

    Attributes:
        columns: Path, language, kind, symbol and lines of every chunk.

    Raises:
        CodeIndexError: The index is damaged.
    """

    def __init__(
        self, store: ChunkStore, versions: Mapping[str, int], *, dim: int, before: Snapshot | None = None
    ) -> None:
        self._store = store
        self._tables: ChunkTables = before._tables if before else store.tables(versions, dim=dim)
        with store.reading():
            generation = versions[GENERATION]
            self._ids = np.array(self._tables.ids(generation), np.int64)
            slots = {tier: self._placed(generation, tier) for tier in TIERS}
            self._vectors = TieredVectors(store.place(versions), slots, dim=dim)
            kept = np.isin(before._ids, self._ids) if before else np.zeros(0, bool)
            rows = self._listed(generation, before._ids[kept] if before else np.empty(0, np.int64))
        self._words = store.words(versions)
        columns = list(zip(*rows, strict=True))[1:] if rows else [()] * len(LISTED_COLUMNS)
        self.columns: Mapping[str, Sequence[Any]] = {
            name: (*compress(before.columns[name], kept), *new) if before else new
            for name, new in zip(LISTED_COLUMNS, columns, strict=True)
        }
        self._categories: dict[str, _Categories] = {
            name: _Categories(new, before=before._categories[name].kept(kept) if before else None)
            for name, new in zip(LISTED_COLUMNS, columns, strict=True)
            if name in ("language", "kind")
        }

    def __len__(self) -> int:
        return len(self._ids)

    def _listed(self, generation: int, known: Positions) -> list[ListedChunk]:
        """Rows of the chunks that come after those that are known, in the order of their ids."""
        new = self._ids[len(known) :]
        if not np.array_equal(self._ids[: len(known)], known):
            raise ValueError("its chunks are not in the order in which they came")
        return self._tables.chunks(generation) if not len(known) else self._tables.listed(new.tolist())

    def _placed(self, generation: int, tier: Tier) -> Slots:
        """Slots of the chunks in the file of a tier, (chunks,)."""
        placed = np.full(len(self._ids), NO_SLOT)
        rows = self._tables.slots(generation, tier)
        if rows and len(self._ids):
            found, slots = np.array(rows, np.int64).T
            positions = np.searchsorted(self._ids, found)
            known = np.take(self._ids, positions, mode="clip") == found
            placed[positions[known]] = slots[known]
        return placed

    def cosines(self, query_vector: Vectors) -> Vectors:
        """Cosine of every chunk to a query, (chunks,), as `TieredVectors` compares them across the tiers.

        Raises:
            CodeIndexError: The index is damaged.
        """
        cosines = self._vectors.cosines(query_vector)
        with self._store.reading():
            if not np.isfinite(cosines).all():
                raise ValueError("it holds vectors that are not finite")
        return cosines

    def lexical(self, query: str, *, limit: int) -> tuple[Positions, Vectors]:
        """Positions and BM25 scores of the chunks that share most with the words of a query, best first."""
        others = max(0, len(self._words) - len(self))  # of other generations: at most so many are to be left out
        with self._store.reading():
            ids, scores = self._words.find(query, limit=min(limit + others, len(self._words)))
        positions = np.searchsorted(self._ids, ids)
        known = np.take(self._ids, positions, mode="clip") == ids if len(self) else np.zeros(len(ids), bool)
        return positions[known][:limit], scores[known][:limit]

    def texts(self, positions: Sequence[int]) -> list[str]:
        """The texts of these chunks, in their order.

        Raises:
            LookupError: A run has removed them meanwhile.
        """
        ids = self._ids[list(positions)].tolist()
        with self._store.reading():
            found = self._tables.texts(ids)
        return [found[number] for number in ids]

    def mask(self, filters: SearchFilters, *, without: Collection[str] = ()) -> Mask | None:
        """Mask of chunks that pass the filters, (chunks,), and are not in the files to leave out; None for all."""
        chosen: list[Mask] = []
        for name, wanted in (("language", filters.languages), ("kind", filters.kinds)):
            if wanted:
                chosen.append(self._categories[name].among({value.lower() for value in wanted}))
        if filters.paths:
            passing = PathGlobs(filters.paths).matching(set(self.columns["path"]))
            chosen.append(np.fromiter((path in passing for path in self.columns["path"]), bool, len(self)))
        if without:
            chosen.append(np.fromiter((path not in without for path in self.columns["path"]), bool, len(self)))
        return np.logical_and.reduce(chosen) if chosen else None

    def counts(self, column: Literal["language", "kind"], mask: Mask | None) -> dict[str, int]:
        """Counts of the chunks in a mask, or of all, by value of a column; most first."""
        return self._categories[column].counts(mask)


class _Categories:
    """A column of few values, of which a search counts every row."""

    def __init__(self, column: Sequence[str], *, before: _Categories | None = None) -> None:
        numbers: dict[str, int] = {value: number for number, value in enumerate(before._values)} if before else {}
        new = np.array([numbers.setdefault(value, len(numbers)) for value in column], np.int64)
        self._numbers: Positions = np.concatenate([before._numbers, new]) if before else new
        self._values: list[str] = list(numbers)

    def kept(self, mask: Mask) -> _Categories:
        """Those of the rows in a mask."""
        kept = copy(self)
        kept._numbers = self._numbers[mask]
        return kept

    def among(self, values: Collection[str]) -> Mask:
        among: Mask = np.array([value in values for value in self._values], bool)[self._numbers]
        return among

    def counts(self, mask: Mask | None) -> dict[str, int]:
        numbers = self._numbers if mask is None else self._numbers[mask]
        counted = zip(self._values, np.bincount(numbers, minlength=len(self._values)).tolist(), strict=True)
        return dict(sorted(((value, count) for value, count in counted if count), key=lambda pair: -pair[1]))

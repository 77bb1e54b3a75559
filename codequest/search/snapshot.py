"""One version of an index, opened for searching."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from codequest.code.formats import MIXED
from codequest.search.hits import SearchFilters
from codequest.search.query.paths import PathGlobs
from codequest.search.signals.definitions import Definitions
from codequest.search.signals.places import older_versions
from codequest.search.store import GENERATION, ChunkStore
from codequest.search.store.tables import LISTED_COLUMNS, ChunkTables, ListedChunk
from codequest.search.store.vector_file import TIERS, Tier
from codequest.search.tiered_vectors import NO_SLOT, Slots, TieredVectors
from codequest.space import Vectors

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]

_KEPT_TEXTS = 32  # a page that shows results asks for the same again and again


class Snapshot:
    """The chunks of one generation, in the order in which they came; a run that writes meanwhile changes nothing of it.

    Vectors are mapped into memory: of thousands of chunks a byte for each value, and those of the best as they are.

    Args:
        store: Where they are.
        versions: Which of them.
        dim: Length of the vectors.
        before: A snapshot of the same store; after one of the generation before, only what changed is read.

    Attributes:
        columns: Path, language, kind, symbol and lines of every chunk.

    Raises:
        CodeIndexError: The index is damaged.
    """

    def __init__(
        self, store: ChunkStore, versions: Mapping[str, int], *, dim: int, before: Snapshot | None = None
    ) -> None:
        self._store, self._generation = store, versions[GENERATION]
        if before is not None and before._generation + 1 != self._generation:
            before = None  # rows that went before this generation may be gone by now
        self._tables: ChunkTables = before._tables if before else store.tables(versions, dim=dim)
        with store.reading():
            kept, rows = self._changes(before)
            new = np.array([row[0] for row in rows], np.int64)
            self._ids: Positions = np.concatenate([before._ids[kept], new]) if before else new
            self._slots = {tier: self._placed(tier, before, kept) for tier in TIERS}
            self._vectors = TieredVectors(store.place(versions), self._slots, dim=dim)
        self._words = store.words(versions)
        self._containing: dict[str, Mask] = {}
        columns = dict(zip(("id", *LISTED_COLUMNS), zip(*rows, strict=True), strict=True)) if rows else {}
        self.columns: Mapping[str, Sequence[Any]] = {
            name: [*(_kept(before.columns[name], kept) if before else ()), *columns.get(name, ())]
            for name in LISTED_COLUMNS
        }
        self._categories: dict[str, _Categories] = {
            name: _Categories(columns.get(name, ()), before=before._categories[name].kept(kept) if before else None)
            for name in ("language", "kind")
        }

    def __len__(self) -> int:
        return len(self._ids)

    def _changes(self, before: Snapshot | None) -> tuple[Mask, list[ListedChunk]]:
        """Mask of the chunks of the generation before that are still there, and the rows of new ones."""
        if before is None:
            return np.zeros(0, bool), self._tables.chunks(self._generation)
        born, died = self._tables.changes(self._generation)
        return ~np.isin(before._ids, died), sorted(self._tables.listed(born))

    def _placed(self, tier: Tier, before: Snapshot | None, kept: Mask) -> Slots:
        """Slots of the chunks in the file of a tier, (chunks,)."""
        placed = np.full(len(self._ids), NO_SLOT)
        if before is not None:
            old = before._slots[tier][kept]
            placed[: len(old)] = old
        rows = self._tables.slots(self._generation, tier, only=before is not None)
        if rows and len(self._ids):
            found, slots = np.array(rows, np.int64).T
            positions = np.searchsorted(self._ids, found)
            known = np.take(self._ids, positions, mode="clip") == found
            placed[positions[known]] = slots[known]
        return placed

    @property
    def taught(self) -> int:
        """Number of chunks whose vector is the teacher's."""
        return int(self._vectors.taught.sum())

    def cosines(self, query_vector: Vectors, mask: Mask | None = None) -> Vectors:
        """Cosine of every chunk to a query, (chunks,): see `TieredVectors.cosines`.

        Raises:
            CodeIndexError: The index is damaged.
        """
        cosines = self._vectors.cosines(query_vector, mask)
        with self._store.reading():
            if not np.isfinite(cosines).all():
                raise ValueError("it holds vectors that are not finite")
        return cosines

    def vector(self, position: int) -> Vectors:
        """The vector of a chunk, (dim,), of the tier that it is searched by."""
        return self._vectors.vector(position)

    @cached_property
    def definitions(self) -> Definitions:
        """The definitions by their names."""
        return Definitions(self.columns)

    @cached_property
    def older_versions(self) -> tuple[str, ...]:
        """See `codequest.search.signals.places.older_versions`."""
        return older_versions(set(self.columns["path"]))

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

    def containing(self, text: str) -> Mask:
        """Mask of the chunks that have a text exactly as it is, (chunks,); kept for the next search."""
        if text not in self._containing:
            with self._store.reading():
                found = self._tables.containing(self._generation, text)
            if len(self._containing) >= _KEPT_TEXTS:
                self._containing = {}
            self._containing[text] = np.isin(self._ids, np.array(found, np.int64))
        return self._containing[text]

    def mask(self, *filters: SearchFilters, quoted: Sequence[str] = (), without: Collection[str] = ()) -> Mask | None:
        """Mask of the chunks to search, (chunks,); None for all.

        Args:
            filters: All of them must hold.
            quoted: Texts that a chunk must have.
            without: Files to leave out.
        """
        chosen = [self.containing(text) for text in quoted]
        for each in filters:
            if each.languages:
                chosen.append(self._in_languages(each.languages))
            if each.kinds:
                chosen.append(self._categories["kind"].among(each.kinds))
            if each.paths:
                passing = PathGlobs(each.paths).matching(set(self.columns["path"]))
                chosen.append(np.fromiter((path in passing for path in self.columns["path"]), bool, len(self)))
        if without:
            chosen.append(np.fromiter((path not in without for path in self.columns["path"]), bool, len(self)))
        return np.logical_and.reduce(chosen) if chosen else None

    def _in_languages(self, names: Sequence[str]) -> Mask:
        wanted = {name for name in names if not name.startswith("!")}
        unwanted = {name.removeprefix("!") for name in names if name.startswith("!")}
        everything = ~np.zeros(len(self), bool)
        return (self._of_languages(wanted) if wanted else everything) & ~self._of_languages(unwanted)

    def _of_languages(self, names: Collection[str]) -> Mask:
        """Mask of chunks in languages, and of those in files of a language that have parts in others."""
        found = self._categories["language"].among(names)
        ends = tuple(end for name in names for end in MIXED.get(name, ()))
        if ends:
            found |= np.fromiter((path.lower().endswith(ends) for path in self.columns["path"]), bool, len(self))
        return found

    def counts(self, column: Literal["language", "kind"], mask: Mask | None) -> dict[str, int]:
        """Counts of the chunks in a mask, or of all, by value of a column; most first."""
        return self._categories[column].counts(mask)


def _kept(column: Sequence[Any], mask: Mask) -> list[Any]:
    """The values in a mask, most of which are, and those that are not stand together."""
    kept: list[Any] = []
    start = 0
    for end in (*np.flatnonzero(~mask).tolist(), len(column)):
        kept += column[start:end]
        start = end + 1
    return kept


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

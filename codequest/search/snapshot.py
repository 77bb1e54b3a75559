"""One version of an index, opened for searching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Literal

import numpy as np

from codequest.code.formats import MIXED
from codequest.search.chunk_columns import ChunkColumns
from codequest.search.hits import SearchFilters
from codequest.search.query.paths import PathGlobs
from codequest.search.signals.definitions import Definitions
from codequest.search.signals.places import older_versions
from codequest.search.store import GENERATION, ChunkStore
from codequest.search.store.tables import ChunkTables
from codequest.search.store.vector_file import TIERS, Tier
from codequest.search.vectors.query_cosines import Mask, Positions, QueryCosines
from codequest.search.vectors.tier_rows import NO_SLOT, Slots
from codequest.search.vectors.tiered_vectors import TieredVectors
from codequest.space import Vectors

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
            kept, new = self._changes(before)
            self.columns: ChunkColumns = before.columns.changed(kept, new) if before else new
            self._ids = self.columns.ids
            self._slots = {tier: self._placed(tier, before, kept) for tier in TIERS}
            self._vectors = TieredVectors(store.place(versions), self._slots, dim=dim)
        self._words = store.words(versions)
        self._containing: dict[str, Mask] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def _changes(self, before: Snapshot | None) -> tuple[Mask, ChunkColumns]:
        """Mask of the chunks of the generation before that are still there, and the columns of new ones."""
        if before is None:
            return np.zeros(0, bool), ChunkColumns(self._tables.chunks(self._generation))
        born, died = self._tables.changes(self._generation)
        new = sorted(self._tables.listed(born))
        return ~np.isin(before._ids, died), ChunkColumns([new] if new else [])

    def _placed(self, tier: Tier, before: Snapshot | None, kept: Mask) -> Slots:
        """Slots of the chunks in the file of a tier, (chunks,)."""
        placed = np.full(len(self._ids), NO_SLOT)
        if before is not None:
            old = before._slots[tier][kept]
            placed[: len(old)] = old
        rows = self._tables.slots(self._generation, tier, only=before is not None)
        if rows and len(self._ids):
            found, slots = np.array(rows, np.int64).T
            positions, known = self._known(found)
            placed[positions] = slots[known]
        return placed

    @property
    def taught(self) -> int:
        """Number of chunks whose vector is the teacher's."""
        return int(self._vectors.taught.sum())

    def cosines(self, query_vector: Vectors, mask: Mask | None = None) -> QueryCosines:
        """Cosines of the chunks to a query: see `TieredVectors.cosines`.

        Raises:
            CodeIndexError: The index is damaged.
        """
        cosines = self._vectors.cosines(query_vector, mask)
        with self._store.reading():
            if not np.isfinite(cosines.most):
                raise ValueError("it holds vectors that are not finite")
        return cosines

    def vector(self, position: int) -> Vectors:
        """The vector of a chunk, (dim,), of the tier that it is searched by."""
        return self._vectors.vector(position)

    @cached_property
    def definitions(self) -> Definitions:
        """The definitions by their names."""
        return Definitions(self.columns, self._named)

    def _named(self, key: str) -> list[int]:
        with self._store.reading():
            positions: list[int] = self._known(np.array(self._tables.named(key), np.int64))[0].tolist()
        return positions

    def _known(self, ids: Positions) -> tuple[Positions, Mask]:
        """Positions of chunks by their ids, without those that are not in this generation, and mask of the others."""
        if not len(self):
            return np.empty(0, np.int64), np.zeros(len(ids), bool)
        positions = np.searchsorted(self._ids, ids)
        known = np.take(self._ids, positions, mode="clip") == ids
        return positions[known], known

    @cached_property
    def paths(self) -> frozenset[str]:
        """The files that have chunks."""
        return frozenset(self.columns.categories("path").present())

    def files_named(self, name: str) -> Sequence[str]:
        """The files whose names, without their folders, are this one."""
        return self._by_name.get(name, ())

    @cached_property
    def _by_name(self) -> Mapping[str, Sequence[str]]:
        by_name: dict[str, list[str]] = defaultdict(list)
        for path in self.paths:
            by_name[path.rpartition("/")[2]].append(path)
        return by_name

    def in_files(self, paths: Collection[str]) -> list[int]:
        """Positions of the chunks of these files."""
        return np.flatnonzero(self.columns.categories("path").among(paths)).tolist() if paths else []

    @cached_property
    def older_versions(self) -> tuple[str, ...]:
        """See `codequest.search.signals.places.older_versions`."""
        return older_versions(self.paths)

    def lexical(self, query: str, *, limit: int) -> tuple[Positions, Vectors]:
        """Positions and BM25 scores of the chunks that share most with the words of a query, best first."""
        others = max(0, len(self._words) - len(self))  # of other generations: at most so many are to be left out
        with self._store.reading():
            ids, scores = self._words.find(query, limit=min(limit + others, len(self._words)))
        positions, known = self._known(ids)
        return positions[:limit], scores[known][:limit]

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
                chosen.append(self.columns.categories("kind").among(each.kinds))
            if each.paths:
                chosen.append(self.columns.categories("path").among(PathGlobs(each.paths).matching(self.paths)))
        if without:
            chosen.append(~self.columns.categories("path").among(without))
        return np.logical_and.reduce(chosen) if chosen else None

    def _in_languages(self, names: Sequence[str]) -> Mask:
        wanted = {name for name in names if not name.startswith("!")}
        unwanted = {name.removeprefix("!") for name in names if name.startswith("!")}
        everything = ~np.zeros(len(self), bool)
        return (self._of_languages(wanted) if wanted else everything) & ~self._of_languages(unwanted)

    def _of_languages(self, names: Collection[str]) -> Mask:
        """Mask of chunks in languages, and of those in files of a language that have parts in others."""
        found = self.columns.categories("language").among(names)
        ends = tuple(end for name in names for end in MIXED.get(name, ()))
        if ends:
            mixed = {path for path in self.paths if path.lower().endswith(ends)}
            found |= self.columns.categories("path").among(mixed)
        return found

    def counts(self, column: Literal["language", "kind"], mask: Mask | None) -> dict[str, int]:
        """Counts of the chunks in a mask, or of all, by value of a column; most first."""
        return self.columns.categories(column).counts(mask)

"""ChunkWriter: changes the store of an index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codequest.search.store.tables import CHUNK_COLUMNS, GENERATION, ChunkTables, KnownState
from codequest.search.store.vector_file import TIERS, Tier, append_vectors, mapped_vectors
from codequest.search.store.words import WordWriter, has_words, indexed_words
from codequest.space import Vectors

if TYPE_CHECKING:
    from typing_extensions import Self

    from codequest.search.chunking.chunks import Chunk
    from codequest.search.store.chunk_store import ChunkStore

_AT_ONCE = 4096  # rows
_PAIRS = 1024  # light vectors that are kept of chunks that the teacher has embedded: enough to compare the tiers


class ChunkWriter:
    """Changes the chunks of an index; searches see nothing of it until index.json has the new versions.

    A context: what was not finished when it is left is as if it had not been. After `finish` it goes on with the
    generation after that.

    Args:
        store: Where errors are explained.
        versions: Those it goes on from.
        folder: Their folder.
        dim: Length of the vectors.
    """

    def __init__(self, store: ChunkStore, versions: Mapping[str, int], folder: Path, *, dim: int) -> None:
        self._store, self._versions, self._folder, self._dim = store, versions, folder, dim
        self._generation = versions[GENERATION]
        self._tables = ChunkTables(folder, dim=dim, writing=True)
        self._pending = 0  # rows since the last commit
        self._gone = self._tables.settle(self._generation)
        if self._gone or not has_words(folder):
            self._words.remove(self._gone)

    @cached_property
    def _words(self) -> WordWriter:
        """Opened for chunks that come or go: vectors alone change no words."""
        return WordWriter(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def remove(self, paths: Collection[str]) -> None:
        """Leave the chunks of these files out of the next generation."""
        with self._store.writing():
            self._tables.bury(paths, died=self._generation + 1)

    def add(self, chunks: Sequence[Chunk], vectors: Vectors, *, tier: Tier) -> list[int]:
        """Add chunks with their vectors of a tier, (chunks, dim); their ids."""
        rows = [tuple(getattr(chunk, name) for name in CHUNK_COLUMNS) for chunk in chunks]
        with self._store.writing():
            ids = self._add(rows, born=self._generation + 1)
            self._place(ids, vectors, tier, born=self._generation + 1)
            self._commit_many(len(ids))
        return ids

    def give(self, ids: Sequence[int], vectors: Vectors, *, tier: Tier) -> None:
        """Give chunks that are there their vectors of one more tier, (ids, dim)."""
        with self._store.writing():
            self._place(ids, vectors, tier, born=self._generation + 1)
            self._commit_many(len(ids))

    def without(self, tier: Tier) -> list[int]:
        """Ids of the chunks that have no vector of a tier in the next generation."""
        return [number for number, _, _ in self._tables.without(self._generation + 1, tier)]

    def replace_files(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Make these the files of the next generation."""
        with self._store.writing():
            self._tables.replace_files(rows, born=self._generation + 1)

    def change_files(self, rows: Collection[Mapping[str, Any]], gone: Collection[str]) -> None:
        """Make these rows those of their files in the next generation, without those of files that are gone."""
        with self._store.writing():
            self._tables.change_files(rows, gone, born=self._generation + 1)

    def replace_watched(self, rows: Iterable[KnownState]) -> None:
        """Make this what is watched from the next generation on."""
        with self._store.writing():
            self._tables.replace_watched(rows, born=self._generation + 1)

    def finish(self) -> dict[str, int]:
        """Write everything onto the disk; the versions to be read from now on."""
        with self._store.writing():
            if "_words" in self.__dict__:  # a chunk that has words has a row: the id of a lost one is given again
                self._tables.commit()
                self._words.commit()
            self._tables.delete(self._gone)
            self._tables.commit()
        self._gone = []
        self._generation += 1
        self._versions = {**self._versions, GENERATION: self._generation}
        return self._versions

    def counts(self) -> tuple[int, dict[str, int]]:
        """Number of chunks in the next generation, and by kind, most first."""
        return self._tables.counts(self._generation + 1)

    def counts_of(self, paths: Collection[str]) -> tuple[Counter[str], int]:
        """Number of chunks of these files by kind, and of those with a vector of the teacher, if nothing is removed."""
        return self._tables.counts_of(paths)

    def tier_counts(self) -> dict[Tier, int]:
        """Number of chunks of the next generation that have a vector of each tier."""
        found = self._tables.vector_counts(self._generation + 1)
        return {tier: found[tier][0] for tier in TIERS}

    def is_mostly_dead(self, *, many: int) -> bool:
        """Tell whether more vectors than `many`, and than half, belong to chunks that are gone."""
        found = self._tables.vector_counts(self._generation)
        return any(rows - live > max(many, live) for live, rows in found.values())

    def close(self) -> None:
        """Let other runs write."""
        if "_words" in self.__dict__:
            self._words.close()
        self._tables.close()

    def copy(self, other: ChunkWriter) -> None:
        """Take over all chunks and files of another writer's store, as they were before it changed anything."""
        before = {tier: dict(other._tables.slots(self._generation, tier)) for tier in TIERS}
        rows, pairs = other._tables.copied(self._generation), 0
        while part := list(islice(rows, _AT_ONCE)):
            new = self._add([row for _, row in part], born=self._generation)
            numbers = dict(zip((number for number, _ in part), new, strict=True))
            taught = [number for number in numbers if number in before["teacher"]]
            spared = {*taught[max(0, _PAIRS - pairs) :]}
            pairs += len(taught)
            for tier, slots in before.items():
                wanted = numbers.keys() & slots.keys() - (spared if tier == "light" else set())
                self._take(other, tier, {numbers[number]: slots[number] for number in sorted(wanted)})
            self._tables.commit()
        self._tables.replace_files(other._tables.files(self._generation), born=self._generation)
        self._tables.replace_watched(other._tables.states(self._generation, "watched"), born=self._generation)

    def _take(self, other: ChunkWriter, tier: Tier, slots: Mapping[int, int]) -> None:
        """Copy vectors of a tier, which have these slots there, to chunks here."""
        if slots:
            chosen = list(slots.values())
            vectors = mapped_vectors(other._folder, tier, rows=max(chosen) + 1, dim=self._dim)[chosen]
            self._place(list(slots), vectors, tier, born=self._generation)

    def _add(self, rows: Sequence[tuple[Any, ...]], *, born: int) -> list[int]:
        ids = self._tables.add(rows, born=born)
        position = {name: CHUNK_COLUMNS.index(name) for name in ("path", "symbol", "text")}
        self._words.add(ids, (indexed_words(**{name: row[at] for name, at in position.items()}) for row in rows))
        return ids

    def _commit_many(self, rows: int) -> None:
        """Commit once so many rows are in memory; each commit waits for the disk."""
        self._pending += rows
        if self._pending >= _AT_ONCE:
            self._tables.commit()
            self._pending = 0

    def _place(self, ids: Sequence[int], vectors: Vectors, tier: Tier, *, born: int) -> None:
        self._tables.place(ids, tier, slot=append_vectors(self._folder, tier, vectors), born=born)

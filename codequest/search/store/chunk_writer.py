"""ChunkWriter: changes the store of an index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codequest.search.chunking.chunks import Chunk
from codequest.search.store.tables import CHUNK_COLUMNS, GENERATION, ChunkTables
from codequest.search.store.vector_file import append_vectors, mapped_vectors
from codequest.search.store.words import WordWriter, indexed_words
from codequest.space import Vectors

if TYPE_CHECKING:
    from typing_extensions import Self

    from codequest.search.store.chunk_store import ChunkStore

_COPIED_AT_ONCE = 4096


class ChunkWriter:
    """Changes the chunks of an index; searches see nothing of it until index.json has the new versions.

    A context: what was not finished when it is left is as if it had not been.

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
        self._words = WordWriter(folder)
        self._gone = self._tables.settle(self._generation)
        self._words.remove(self._gone)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def remove(self, paths: Collection[str]) -> None:
        """Leave the chunks of these files out of the next generation."""
        with self._store.writing():
            self._tables.bury(paths, died=self._generation + 1)

    def add(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Add chunks with their vectors, (chunks, dim)."""
        rows = [tuple(getattr(chunk, name) for name in CHUNK_COLUMNS) for chunk in chunks]
        with self._store.writing():
            self._add(rows, vectors, born=self._generation + 1)

    def replace_files(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Make these the files of the next generation."""
        with self._store.writing():
            self._tables.replace_files(rows, born=self._generation + 1)

    def finish(self) -> dict[str, int]:
        """Write everything onto the disk; the versions to be read from now on."""
        with self._store.writing():
            self._words.commit()
            self._tables.delete(self._gone)  # after the words: a chunk that has words has a row
            self._tables.commit()
        return {**self._versions, GENERATION: self._generation + 1}

    def counts(self) -> tuple[int, dict[str, int]]:
        """Number of chunks in the next generation, and by kind, most first."""
        return self._tables.counts(self._generation + 1)

    def live(self) -> int:
        """Number of chunks in the generation that it goes on from."""
        return self._tables.counts(self._generation)[0]

    def dead(self) -> int:
        """Number of vectors of chunks that are gone."""
        return self._tables.dead(self._generation)

    def close(self) -> None:
        """Let other runs write."""
        self._words.close()
        self._tables.close()

    def copy(self, other: ChunkWriter) -> None:
        """Take over all chunks and files of another writer's store, as they were before it changed anything."""
        rows = other._tables.copied(self._generation)
        while part := list(islice(rows, _COPIED_AT_ONCE)):
            slots = [slot for slot, _ in part]
            vectors = mapped_vectors(other._folder, rows=max(slots) + 1, dim=self._dim)[slots]
            self._add([row for _, row in part], vectors, born=self._generation)
        self._tables.replace_files(other._tables.files(self._generation), born=self._generation)

    def _add(self, rows: Sequence[tuple[Any, ...]], vectors: Vectors, *, born: int) -> None:
        ids = self._tables.add(rows, slot=append_vectors(self._folder, vectors), born=born)
        position = {name: CHUNK_COLUMNS.index(name) for name in ("path", "symbol", "text")}
        self._words.add(ids, (indexed_words(**{name: row[at] for name, at in position.items()}) for row in rows))
        self._tables.commit()

"""ChunkStore: the store of an index, by the versions that index.json names."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codequest.errors import CodeIndexError, CodequestError, is_panic
from codequest.search.store.chunk_writer import ChunkWriter
from codequest.search.store.tables import CHUNK_COLUMNS, GENERATION, STATE_TABLES, ChunkTables, KnownStates
from codequest.search.store.words import WordSearch

if TYPE_CHECKING:
    from codequest.search.chunking.chunks import Chunk

STORE = "store"
STORE_FOLDER = "store"
"""Folder of all of it, in that of the index."""

MANY_DEAD = 4096  # vectors of chunks that are gone: a search multiplies them, too


class ChunkStore:
    """The store in the folder of an index. Its folders are numbered: a rebuilt or tidied one is a new folder.

    Args:
        folder: That of the index; it exists.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, versions: Mapping[str, int]) -> Path:
        """The folder of these versions."""
        return self._folder / STORE_FOLDER / str(versions[STORE])

    def tables(self, versions: Mapping[str, int], *, dim: int) -> ChunkTables:
        """The tables, to be read by whoever expects vectors of this length."""
        with self.reading():
            return ChunkTables(self.place(versions), dim=dim)

    def words(self, versions: Mapping[str, int]) -> WordSearch:
        """The full-text index, to be searched."""
        with self.reading():
            return WordSearch(self.place(versions))

    def files(self, versions: Mapping[str, int], paths: Collection[str] | None = None) -> list[dict[str, Any]]:
        """The rows of files of a generation: of all, or of these paths."""
        with self.reading(), closing(ChunkTables(self.place(versions))) as tables:
            return tables.files(versions[GENERATION], paths)

    def states(self, versions: Mapping[str, int]) -> KnownStates:
        """The states of all files of a generation, and of what decides which files there are."""
        with self.reading(), closing(ChunkTables(self.place(versions))) as tables:
            return KnownStates(*(tables.states(versions[GENERATION], table) for table in STATE_TABLES))

    def untaught(self, versions: Mapping[str, int]) -> list[tuple[int, str, str]]:
        """Id, path and kind of the chunks that have no vector of the teacher."""
        with self.reading(), closing(ChunkTables(self.place(versions))) as tables:
            return tables.without(versions[GENERATION], "teacher")

    def chunks(self, versions: Mapping[str, int], ids: Sequence[int]) -> dict[int, Chunk]:
        """These chunks by id; those that are gone are left out."""
        from codequest.search.chunking.chunks import Chunk  # and the grammars with it, which no search needs

        with self.reading(), closing(ChunkTables(self.place(versions))) as tables:
            rows = tables.rows(ids)
        return {number: Chunk(**dict(zip(CHUNK_COLUMNS, row, strict=True))) for number, row in rows.items()}

    def has_remains(self, versions: Mapping[str, int]) -> bool:
        """Tell whether a run after these versions was killed, or failed, after it had begun to write."""
        with self.reading(), closing(ChunkTables(self.place(versions))) as tables:
            return len(self._places()) > 1 or tables.has_remains(versions[GENERATION])

    def begin(self, versions: Mapping[str, int], *, dim: int) -> ChunkWriter:
        """A writer that goes on from these versions, or with none starts with no chunks.

        What died before this generation is removed: who searched it has had time to notice that a run had ended. Where
        a killed run left anything, or more than half of the vectors are of chunks that are gone, all others are copied
        into a new folder.
        """
        with self.writing():
            if not versions:
                return self._new(generation=0, dim=dim)
            remains = self.has_remains(versions)
            writer = ChunkWriter(self, versions, self.place(versions), dim=dim)
            if not remains and not writer.is_mostly_dead(many=MANY_DEAD):
                return writer
            with writer:
                tidied = self._new(generation=versions[GENERATION], dim=dim)
                tidied.copy(writer)
            return tidied

    def resume(self, versions: Mapping[str, int], *, dim: int) -> ChunkWriter:
        """A writer that goes on from these versions as they are: numbers of chunks stay, nothing is put together."""
        with self.writing():
            return ChunkWriter(self, versions, self.place(versions), dim=dim)

    def prune(self, versions: Mapping[str, int]) -> None:
        """Remove the folders of other versions; what cannot be removed is left for a later run."""
        for folder in self._places():
            if folder != self.place(versions):
                shutil.rmtree(folder, ignore_errors=True)

    def _new(self, *, generation: int, dim: int) -> ChunkWriter:
        numbers = [int(place.name) for place in self._places() if place.name.isdecimal()]
        versions = {STORE: max(numbers, default=0) + 1, GENERATION: generation}
        self.place(versions).mkdir(parents=True)
        return ChunkWriter(self, versions, self.place(versions), dim=dim)

    def _places(self) -> list[Path]:
        return list((self._folder / STORE_FOLDER).glob("*"))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Errors of the engines while they read, in codequest's words."""
        with _explained(
            f"The index in {self._folder} cannot be read ({{}}). Make it anew with: codequest index --rebuild"
        ):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Errors of the engines while they write, in codequest's words."""
        with _explained(
            f"The index in {self._folder} cannot be written ({{}}). The index as it was before is intact. Check free "
            "space and permission, then run it again: it goes on where it stopped."
        ):
            yield


@contextmanager
def _explained(message: str) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        # tantivy panics on some damaged files, which is not even an exception
        known = isinstance(error, (OSError, ValueError, TypeError, sqlite3.Error)) or is_panic(error)
        if isinstance(error, CodequestError) or not known:
            raise
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise CodeIndexError(message.format(first)) from error

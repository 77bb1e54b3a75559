"""The tables of chunks, their vectors and files, in SQLite."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from codequest.search.store.vector_file import TIERS, Tier

TABLES_FILE = "chunks.sqlite"
GENERATION = "generation"
"""Name among the versions of an index of what its searches read."""

LISTED_COLUMNS = ("path", "language", "kind", "symbol", "start_line", "end_line")
CHUNK_COLUMNS = (*LISTED_COLUMNS, "context", "outline", "text")
FILE_COLUMNS = ("path", "size", "modified", "digest", "language", "skipped")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT, language TEXT, kind TEXT, symbol TEXT, start_line INTEGER,
    end_line INTEGER, born INTEGER, died INTEGER, context TEXT, outline TEXT, text TEXT
);
CREATE INDEX IF NOT EXISTS chunks_by_path ON chunks (path);
CREATE INDEX IF NOT EXISTS chunks_by_birth ON chunks (born);
CREATE INDEX IF NOT EXISTS chunks_by_death ON chunks (died) WHERE died IS NOT NULL;
CREATE TABLE IF NOT EXISTS vectors (
    tier TEXT, chunk INTEGER, slot INTEGER, born INTEGER, PRIMARY KEY (tier, chunk)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    path TEXT, size INTEGER, modified INTEGER, digest TEXT, language TEXT, skipped TEXT, born INTEGER, died INTEGER
);
CREATE INDEX IF NOT EXISTS files_by_path ON files (path);
"""
_LIVE = "born <= :generation AND (died IS NULL OR died > :generation)"
_WAIT_SECONDS = 30.0  # for another process to finish its commit
_AT_ONCE = 500
_Count = Annotated[int, msgspec.Meta(ge=0)]
_Listed = tuple[_Count, str, str, str, str, _Count, _Count]
_Placed = tuple[_Count, _Count]


class ChunkTables:
    """One connection to the tables.

    Args:
        folder: That of the store.
        dim: Length of the vectors; written into a new file, and compared with that of an old one.
        writing: Whether the file is made and may be changed.

    Raises:
        sqlite3.Error: The file is damaged, or cannot be opened.
        ValueError: It belongs to vectors of another length.
    """

    def __init__(self, folder: Path, *, dim: int | None = None, writing: bool = False) -> None:
        file = folder / TABLES_FILE
        mode = "rwc" if writing else "ro"
        self._connection = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_WAIT_SECONDS,
            check_same_thread=False,
            isolation_level=None,
        )
        self._lock = threading.Lock()  # searches of several threads share a connection
        self._connection.execute("PRAGMA trusted_schema = OFF")
        [(stored,)] = self._connection.execute("PRAGMA user_version")
        new = writing and stored == 0
        if dim is not None and stored != dim and not new:
            raise ValueError(f"its vectors have {stored} dimensions, {dim} were expected")
        if writing:
            self._connection.execute(f"PRAGMA user_version = {dim}")
            self._connection.execute("PRAGMA cache_spill = OFF")  # readers are locked out while it commits, no longer
            self._connection.executescript(_SCHEMA)
            self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Write what was changed, and go on."""
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Close the connection; changes since the last commit are lost."""
        self._connection.close()

    def chunks(self, generation: int) -> list[_Listed]:
        """Rows of (id, path, language, kind, symbol, start_line, end_line), in the order of their ids.

        Raises:
            ValueError: A value is of another type.
        """
        query = f"SELECT id, {', '.join(LISTED_COLUMNS)} FROM chunks WHERE {_LIVE} ORDER BY id"
        return msgspec.convert(self._connection.execute(query, {"generation": generation}).fetchall(), list[_Listed])

    def slots(self, generation: int, tier: Tier) -> list[_Placed]:
        """Rows of (id of a chunk, slot of its vector), in the order of the ids; chunks that are gone may be among them.

        Raises:
            ValueError: A value is of another type.
        """
        query = "SELECT chunk, slot FROM vectors WHERE tier = ? AND born <= ? ORDER BY chunk"
        return msgspec.convert(self._connection.execute(query, (tier, generation)).fetchall(), list[_Placed])

    def without(self, generation: int, tier: Tier) -> list[int]:
        """Ids of the chunks that have no vector of a tier, in their order."""
        query = (
            f"SELECT id FROM chunks WHERE {_LIVE} AND NOT EXISTS (SELECT 1 FROM vectors AS v WHERE v.tier = :tier "
            "AND v.chunk = id AND v.born <= :generation) ORDER BY id"
        )
        return [row[0] for row in self._connection.execute(query, {"generation": generation, "tier": tier})]

    def texts(self, ids: Sequence[int]) -> dict[int, str]:
        """The texts of these chunks by id; those that are gone are left out."""
        found: dict[int, str] = {}
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            with self._lock:
                rows = self._connection.execute(f"SELECT id, text FROM chunks WHERE id IN ({marks})", part).fetchall()
            found.update(msgspec.convert(rows, list[tuple[int, str]]))
        return found

    def counts(self, generation: int) -> tuple[int, dict[str, int]]:
        """Number of chunks, and by kind, most first."""
        query = f"SELECT kind, count(*) AS n FROM chunks WHERE {_LIVE} GROUP BY kind ORDER BY n DESC, kind"
        found = dict(self._connection.execute(query, {"generation": generation}).fetchall())
        return sum(found.values()), found

    def vector_counts(self, generation: int) -> dict[Tier, tuple[int, int]]:
        """Number of vectors by tier: of the chunks of a generation, and of all rows of the file."""
        given: dict[str, Any] = {"generation": generation}
        live = f"chunk IN (SELECT id FROM chunks WHERE {_LIVE})"
        query = (
            f"SELECT sum(born <= :generation AND {live}), coalesce(max(slot) + 1, 0) FROM vectors WHERE tier = :tier"
        )
        found = {tier: self._connection.execute(query, {**given, "tier": tier}).fetchone() for tier in TIERS}
        return {tier: (count or 0, rows) for tier, (count, rows) in found.items()}

    def add(self, rows: Iterable[Sequence[Any]], *, born: int) -> list[int]:
        """Add chunks; their ids."""
        marks = ", ".join("?" * (len(CHUNK_COLUMNS) + 1))
        query = f"INSERT INTO chunks ({', '.join(CHUNK_COLUMNS)}, born) VALUES ({marks})"
        ids: list[int] = []
        for row in rows:
            added = self._connection.execute(query, (*row, born)).lastrowid
            assert added is not None
            ids.append(added)
        return ids

    def place(self, ids: Sequence[int], tier: Tier, *, slot: int, born: int) -> None:
        """Say that the vectors of these chunks in a tier begin at a slot."""
        rows = ((tier, number, slot + place, born) for place, number in enumerate(ids))
        self._connection.executemany("INSERT INTO vectors (tier, chunk, slot, born) VALUES (?, ?, ?, ?)", rows)

    def copied(self, generation: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """The id of every chunk, and its row as `add` takes it."""
        query = f"SELECT id, {', '.join(CHUNK_COLUMNS)} FROM chunks WHERE {_LIVE} ORDER BY id"
        for number, *row in self._connection.execute(query, {"generation": generation}):
            yield number, tuple(row)

    def bury(self, paths: Collection[str], *, died: int) -> None:
        """End the chunks of these files with a generation."""
        for path in paths:
            self._connection.execute("UPDATE chunks SET died = ? WHERE path = ? AND died IS NULL", (died, path))

    def has_remains(self, generation: int) -> bool:
        """Tell whether a run after a generation wrote anything."""
        query = "SELECT EXISTS(SELECT 1 FROM chunks WHERE born > :generation OR died > :generation)"
        return bool(self._connection.execute(query, {"generation": generation}).fetchone()[0])

    def settle(self, generation: int) -> list[int]:
        """Undo what a killed run did after a generation; ids of all chunks that are not of this generation."""
        given = {"generation": generation}
        self._connection.execute("UPDATE chunks SET died = born WHERE born > :generation", given)
        self._connection.execute("DELETE FROM vectors WHERE born > :generation", given)
        self._connection.execute("DELETE FROM files WHERE born > :generation OR died <= :generation", given)
        for table in ("chunks", "files"):
            self._connection.execute(
                f"UPDATE {table} SET died = NULL WHERE died > :generation AND born <= :generation", given
            )
        return [row[0] for row in self._connection.execute(f"SELECT id FROM chunks WHERE NOT ({_LIVE})", given)]

    def delete(self, ids: Sequence[int]) -> None:
        """Remove chunks for good, and what says where their vectors are."""
        self._connection.executemany("DELETE FROM chunks WHERE id = ?", ((number,) for number in ids))
        rows = ((tier, number) for tier in TIERS for number in ids)
        self._connection.executemany("DELETE FROM vectors WHERE tier = ? AND chunk = ?", rows)

    def files(self, generation: int) -> list[dict[str, Any]]:
        """The rows of files as dictionaries."""
        query = f"SELECT {', '.join(FILE_COLUMNS)} FROM files WHERE {_LIVE}"
        rows = self._connection.execute(query, {"generation": generation})
        return [dict(zip(FILE_COLUMNS, row, strict=True)) for row in rows]

    def replace_files(self, rows: Iterable[Mapping[str, Any]], *, born: int) -> None:
        """Make these the files of a generation; rows that stay as they are are not written."""
        new = {tuple(row[name] for name in FILE_COLUMNS) for row in rows}
        old = {
            tuple(row)
            for row in self._connection.execute(f"SELECT {', '.join(FILE_COLUMNS)} FROM files WHERE died IS NULL")
        }
        for row in old - new:
            self._connection.execute("UPDATE files SET died = ? WHERE path = ? AND died IS NULL", (born, row[0]))
        marks = ", ".join("?" * (len(FILE_COLUMNS) + 1))
        query = f"INSERT INTO files ({', '.join(FILE_COLUMNS)}, born) VALUES ({marks})"
        self._connection.executemany(query, ((*row, born) for row in sorted(new - old)))

"""The tables of chunks, their vectors and files, in SQLite."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args

import msgspec

from codequest.search.store.names import NamedChunk, add_names, chunks_named, remove_names
from codequest.search.store.schema import SCHEMA
from codequest.search.store.vector_file import TIERS, Tier

TABLES_FILE = "chunks.sqlite"
GENERATION = "generation"
"""Name among the versions of an index of what its searches read."""

LISTED_COLUMNS = ("path", "language", "kind", "symbol", "start_line", "end_line")
TEXT_COLUMNS = ("context", "outline", "text")
CHUNK_COLUMNS = (*LISTED_COLUMNS, *TEXT_COLUMNS)
STATE_COLUMNS = ("path", "size", "modified", "changed", "inode")
FILE_COLUMNS = (*STATE_COLUMNS, "digest", "language", "skipped")

_LIVE = "born <= :generation AND (died IS NULL OR died > :generation)"
_KIND, _SYMBOL = (LISTED_COLUMNS.index(name) for name in ("kind", "symbol"))
_WAIT_SECONDS = 30.0  # for another process to finish its commit
_AT_ONCE, _ROWS_AT_ONCE = 500, 16_384
StateTable = Literal["files", "watched"]
"""Files with their states; and the states of folders and rules that decide which files there are."""

STATE_TABLES: tuple[StateTable, ...] = get_args(StateTable)

KnownState = tuple[str, int, int, int, int]
"""Path, relative to the root or absolute, and its state: see `codequest.search.freshness.states`."""


class KnownStates(NamedTuple):
    """States as they were when an index was made: of its files, and of what decides which files there are."""

    files: list[KnownState]
    watched: list[KnownState]


_Count = Annotated[int, msgspec.Meta(ge=0)]
ListedChunk = tuple[_Count, str, str, str, str, _Count, _Count]
"""Id, path, language, kind, symbol, start_line and end_line."""

_Placed = tuple[_Count, _Count]
_Lacking = tuple[_Count, str, str]
_Row = tuple[_Count, str, str, str, str, _Count, _Count, str, str, str]


class ChunkTables:
    """One connection to the tables. What reads rows raises ValueError where a value is of another type.

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
        mode = "rwc" if writing else "rw"  # whoever reads first undoes what a killed run has half written
        self._connection = sqlite3.connect(
            f"{file.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_WAIT_SECONDS,
            check_same_thread=False,
            isolation_level=None,
        )
        self._lock = threading.Lock()  # searches of several threads share a connection
        self._connection.execute("PRAGMA trusted_schema = OFF")
        if not writing:
            self._connection.execute("PRAGMA query_only = ON")
        [(stored,)] = self._connection.execute("PRAGMA user_version")
        new = writing and stored == 0
        if dim is not None and stored != dim and not new:
            raise ValueError(f"its vectors have {stored} dimensions, {dim} were expected")
        if writing:
            if new:
                self._connection.execute(f"PRAGMA user_version = {dim}")
            self._connection.execute("PRAGMA cache_spill = OFF")  # readers are locked out while it commits, no longer
            self._connection.executescript(SCHEMA)
            self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Write what was changed, and go on."""
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Close the connection; changes since the last commit are lost."""
        self._connection.close()

    def chunks(self, generation: int) -> Iterator[list[ListedChunk]]:
        """Rows of (id, path, language, kind, symbol, start_line, end_line), in the order of their ids, in parts."""
        query = f"SELECT id, {', '.join(LISTED_COLUMNS)} FROM chunks WHERE {_LIVE} ORDER BY id"
        found = self._connection.execute(query, {"generation": generation})
        while rows := found.fetchmany(_ROWS_AT_ONCE):
            yield msgspec.convert(rows, list[ListedChunk])

    def changes(self, generation: int) -> tuple[list[int], list[int]]:
        """Ids of the chunks that came with a generation, in their order, and of those that went with it."""
        born = "SELECT id FROM chunks WHERE born = ? AND (died IS NULL OR died > born) ORDER BY id"
        died = "SELECT id FROM chunks WHERE died = ? AND born < died"
        came, went = (self._connection.execute(query, (generation,)).fetchall() for query in (born, died))
        return [row[0] for row in came], [row[0] for row in went]

    def listed(self, ids: Sequence[int]) -> list[ListedChunk]:
        """Rows as `chunks` gives them, of these chunks."""
        return msgspec.convert(self._of(ids, LISTED_COLUMNS), list[ListedChunk])

    def slots(self, generation: int, tier: Tier, *, only: bool = False) -> list[_Placed]:
        """Rows of (id of a chunk, slot of its vector), in the order of the ids; chunks that are gone may be among them.

        With `only`, those that came with this very generation.
        """
        born = "born = ?" if only else "born <= ?"
        query = f"SELECT chunk, slot FROM vectors WHERE {born} AND tier = ? ORDER BY chunk"
        return msgspec.convert(self._connection.execute(query, (generation, tier)).fetchall(), list[_Placed])

    def without(self, generation: int, tier: Tier) -> list[_Lacking]:
        """Id, path and kind of the chunks that have no vector of a tier, in the order of their ids."""
        there = "SELECT 1 FROM vectors AS v WHERE v.tier = :tier AND v.chunk = id AND v.born <= :generation"
        query = f"SELECT id, path, kind FROM chunks WHERE {_LIVE} AND NOT EXISTS ({there}) ORDER BY id"
        rows = self._connection.execute(query, {"generation": generation, "tier": tier}).fetchall()
        return msgspec.convert(rows, list[_Lacking])

    def rows(self, ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        """The rows of these chunks by id, as `add` takes them; those that are gone are left out."""
        found = self._of(ids, CHUNK_COLUMNS, "chunks JOIN texts USING (id)")
        return {row[0]: row[1:] for row in msgspec.convert(found, list[_Row])}

    def texts(self, ids: Sequence[int]) -> dict[int, str]:
        """The texts of these chunks by id; those that are gone are left out."""
        return dict(msgspec.convert(self._of(ids, ("text",), "texts"), list[tuple[int, str]]))

    def containing(self, generation: int, text: str) -> list[int]:
        """Ids of the chunks that have a text in theirs, letter by letter."""
        query = f"SELECT id FROM chunks JOIN texts USING (id) WHERE {_LIVE} AND instr(text, :text)"
        with self._lock:
            return [row[0] for row in self._connection.execute(query, {"generation": generation, "text": text})]

    def named(self, key: str) -> list[int]:
        """Ids of the chunks that have a name of this key: see `codequest.search.store.names`."""
        with self._lock:
            return chunks_named(self._connection, key)

    def _of(self, ids: Sequence[int], columns: Sequence[str], table: str = "chunks") -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            query = f"SELECT id, {', '.join(columns)} FROM {table} WHERE id IN ({', '.join('?' * len(part))})"
            with self._lock:
                found += self._connection.execute(query, part).fetchall()
        return found

    def counts(self, generation: int) -> tuple[int, dict[str, int]]:
        """Number of chunks, and by kind, most first."""
        query = f"SELECT kind, count(*) AS n FROM chunks WHERE {_LIVE} GROUP BY kind ORDER BY n DESC, kind"
        found = dict(self._connection.execute(query, {"generation": generation}).fetchall())
        return sum(found.values()), found

    def counts_of(self, paths: Collection[str]) -> tuple[Counter[str], int]:
        """Number of chunks of these files by kind, and of those with a vector of the teacher, in the newest state."""
        query = (
            "SELECT kind, EXISTS(SELECT 1 FROM vectors AS v WHERE v.tier = 'teacher' AND v.chunk = id) FROM chunks "
            "WHERE path = ? AND died IS NULL"
        )
        rows = [row for path in paths for row in self._connection.execute(query, (path,))]
        return Counter(kind for kind, _ in rows), sum(taught for _, taught in rows)

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
        query, listed = _insertion("chunks", (*LISTED_COLUMNS, "born")), len(LISTED_COLUMNS)
        ids: list[int] = []
        texts: list[tuple[Any, ...]] = []
        named: list[NamedChunk] = []
        for row in rows:
            added = self._connection.execute(query, (*row[:listed], born)).lastrowid
            assert added is not None
            ids.append(added)
            texts.append((added, *row[listed:]))
            named.append((added, row[_KIND], row[_SYMBOL]))
        self._connection.executemany(_insertion("texts", ("id", *TEXT_COLUMNS)), texts)
        add_names(self._connection, named)
        return ids

    def place(self, ids: Sequence[int], tier: Tier, *, slot: int, born: int) -> None:
        """Say that the vectors of these chunks in a tier begin at a slot."""
        rows = ((tier, number, slot + place, born) for place, number in enumerate(ids))
        self._connection.executemany("INSERT INTO vectors (tier, chunk, slot, born) VALUES (?, ?, ?, ?)", rows)

    def copied(self, generation: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """The id of every chunk, and its row as `add` takes it."""
        query = f"SELECT id, {', '.join(CHUNK_COLUMNS)} FROM chunks JOIN texts USING (id) WHERE {_LIVE} ORDER BY id"
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
        for table in ("files", "watched"):
            self._connection.execute(f"DELETE FROM {table} WHERE born > :generation OR died <= :generation", given)
        for table in ("chunks", "files", "watched"):
            self._connection.execute(
                f"UPDATE {table} SET died = NULL WHERE died > :generation AND born <= :generation", given
            )
        dead = "SELECT id FROM chunks WHERE died IS NOT NULL AND (died <= :generation OR born > :generation)"
        return [row[0] for row in self._connection.execute(dead, given)]

    def delete(self, ids: Sequence[int]) -> None:
        """Remove chunks for good, and what says where their vectors are."""
        remove_names(self._connection, self._of(ids, ("kind", "symbol")))
        for table in ("chunks", "texts"):
            self._connection.executemany(f"DELETE FROM {table} WHERE id = ?", ((number,) for number in ids))
        rows = ((tier, number) for tier in TIERS for number in ids)
        self._connection.executemany("DELETE FROM vectors WHERE tier = ? AND chunk = ?", rows)

    def files(self, generation: int, paths: Collection[str] | None = None) -> list[dict[str, Any]]:
        """The rows of files as dictionaries: of all, or of these paths."""
        query = f"SELECT {', '.join(FILE_COLUMNS)} FROM files WHERE {_LIVE}"
        given: dict[str, Any] = {"generation": generation}
        if paths is None:
            rows = self._connection.execute(query, given).fetchall()
        else:
            one = f"{query} AND path = :path"
            rows = [row for path in paths for row in self._connection.execute(one, {**given, "path": path})]
        return [dict(zip(FILE_COLUMNS, row, strict=True)) for row in rows]

    def states(self, generation: int, table: StateTable) -> list[KnownState]:
        """The states of all files, or of all that is watched."""
        query = f"SELECT {', '.join(STATE_COLUMNS)} FROM {table} WHERE {_LIVE}"
        return msgspec.convert(self._connection.execute(query, {"generation": generation}).fetchall(), list[KnownState])

    def change_files(self, rows: Collection[Mapping[str, Any]], gone: Collection[str], *, born: int) -> None:
        """Make these rows those of their files from a generation on, and end those of files that are gone."""
        ended = ((born, path) for path in (*gone, *(row["path"] for row in rows)))
        self._connection.executemany("UPDATE files SET died = ? WHERE path = ? AND died IS NULL", ended)
        self._insert("files", FILE_COLUMNS, (tuple(row[name] for name in FILE_COLUMNS) for row in rows), born=born)

    def replace_files(self, rows: Iterable[Mapping[str, Any]], *, born: int) -> None:
        """Make these the files of a generation; rows that stay as they are are not written."""
        self._replace("files", FILE_COLUMNS, {tuple(row[name] for name in FILE_COLUMNS) for row in rows}, born=born)

    def replace_watched(self, rows: Iterable[KnownState], *, born: int) -> None:
        """Make this what is watched from a generation on; rows that stay as they are are not written."""
        self._replace("watched", STATE_COLUMNS, set(rows), born=born)

    def _replace(self, table: StateTable, columns: Sequence[str], new: set[tuple[Any, ...]], *, born: int) -> None:
        found = self._connection.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE died IS NULL")
        old = set(map(tuple, found))
        ended = ((born, row[0]) for row in old - new)
        self._connection.executemany(f"UPDATE {table} SET died = ? WHERE path = ? AND died IS NULL", ended)
        self._insert(table, columns, sorted(new - old), born=born)

    def _insert(self, table: StateTable, columns: Sequence[str], rows: Iterable[tuple[Any, ...]], *, born: int) -> None:
        self._connection.executemany(_insertion(table, (*columns, "born")), ((*row, born) for row in rows))


def _insertion(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"

"""The tables of an index in LanceDB (https://lancedb.github.io): chunks with vectors and words, and files."""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from codequest.errors import CodeIndexError, require
from codequest.files import replace_file
from codequest.search.chunking.chunks import Chunk
from codequest.search.lexicon import words
from codequest.space import Vectors

if TYPE_CHECKING:
    import pyarrow as pa
    from lancedb.db import DBConnection
    from lancedb.table import Table

CHUNKS, FILES = "chunks", "files"

TABLES = "lance"
"""Name of the folder of the tables."""

KEPT = timedelta(minutes=10)  # for readers that opened an older version a moment ago
_AT_ONCE = timedelta(milliseconds=1)
_FOREVER = timedelta(days=36_500)
MOST_VERSIONS = 100  # of small files on the disk; a run that changes something adds three
_UNINDEXED, _UNINDEXED_SHARE = 64, 0.002  # of the rows; a search reads their words one by one
_PATHS_AT_ONCE = 500
_SYMBOL_WEIGHT = 2  # how often the words of a symbol count
_COLUMNS = ("path", "language", "kind", "symbol", "start_line", "end_line", "text")


class ChunkStore:
    """The tables in a folder.

    Args:
        folder: That of the index; it exists.

    Raises:
        MissingDependencyError: LanceDB is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unfinished = folder / "unfinished"
        lancedb = require("lancedb", extra="search")
        with self.reading():
            self._database: DBConnection = lancedb.connect(str(folder / TABLES))

    def open(self, name: str, version: int) -> Table:
        """A version of a table, to read from."""
        with self.reading():
            self._refuse_irregular()
            table: Table = self._database.open_table(name)
            table.checkout(version)
            return table

    def _refuse_irregular(self) -> None:
        """Refuse links, pipes and devices among the files of the tables: opening one may never come back."""
        for path in (self._folder / "lance").rglob("*"):
            with suppress(FileNotFoundError):  # of a version that is being removed
                mode = path.lstat().st_mode
                if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    raise ValueError(f"{path.name} is no regular file")

    def refuse_damaged(self, chunks: pa.Table) -> None:
        """Refuse chunks with columns of another type, with missing values, or with text that is none.

        Raises:
            ValueError: Says what is wrong; `reading` puts it into codequest's words.
        """
        chunks.validate(full=True)
        width = getattr(chunks.schema.field("vector").type, "list_size", 1)
        for field in _chunk_schema(width):
            if field.name not in chunks.column_names:
                continue
            column = chunks[field.name]
            if column.type != field.type or column.null_count:
                raise ValueError(f"{field.name} is {column.type} with {column.null_count} missing values")

    def begin(self, versions: Mapping[str, int], *, dim: int) -> ChunkWriter:
        """A writer that goes on from these versions, or starts with no chunks; remains of a killed run are ignored."""
        with self.writing():
            remains = self.has_remains()
            replace_file(self._unfinished, b"")
            return ChunkWriter(self, self._table(CHUNKS, versions, _chunk_schema(dim)), remains=remains)

    def has_remains(self) -> bool:
        """Tell whether the run before was killed, or failed, after it had begun to write."""
        return self._unfinished.exists()

    def write_files(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Replace the table of files; the new version."""
        pa = require("pyarrow", extra="search")
        with self.writing():
            data = pa.Table.from_pylist(list(rows), schema=_file_schema())
            return int(self._database.create_table(FILES, data, mode=self._mode(FILES)).version)

    def read_files(self, version: int) -> list[dict[str, Any]]:
        """The rows of the table of files."""
        with self.reading():
            rows: list[dict[str, Any]] = self.open(FILES, version).to_arrow().to_pylist()
            return rows

    def prune(self, writer: ChunkWriter) -> None:
        """Remove what no reader can need any more after a writer's run; a failure leaves it for a later run.

        Remains of a killed run go at once, and with them the version before this one: who reads that looks again.
        """
        kept = _AT_ONCE if writer.remains else KEPT
        for name in (CHUNKS, FILES) if writer.settled else (FILES,):
            try:
                self._database.open_table(name).optimize(cleanup_older_than=kept, delete_unverified=True)
            except (OSError, RuntimeError, ValueError):
                return
        self._unfinished.unlink(missing_ok=True)

    def _table(self, name: str, versions: Mapping[str, int], schema: pa.Schema) -> Table:
        if name not in versions:
            created: Table = self._database.create_table(name, schema=schema, mode=self._mode(name))
            return created
        table: Table = self._database.open_table(name)
        if table.version != versions[name]:
            table.restore(versions[name])
        return table

    def _mode(self, name: str) -> str:
        """Mode that starts a table anew: older versions stay for their readers."""
        return "overwrite" if name in self._database.list_tables().tables else "create"

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Errors of LanceDB while it reads, in codequest's words."""
        try:
            yield
        except BaseException as error:
            if isinstance(error, CodeIndexError) or not _is_of_lance(error):
                raise
            raise CodeIndexError(
                f"The index in {self._folder} cannot be read ({_first_line(error)}). Make it anew with: codequest "
                "index --rebuild"
            ) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Errors of LanceDB while it writes, in codequest's words."""
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            raise CodeIndexError(
                f"The index in {self._folder} cannot be written ({_first_line(error)}). The index as it was before is "
                "intact. Check free space and permission, then run it again: it goes on where it stopped."
            ) from error


class ChunkWriter:
    """Changes the chunks of an index; readers see nothing of it until the new version is in index.json.

    Attributes:
        remains: Whether the run before was killed or failed, and left files that nobody reads.
        settled: Whether everything was written into one piece, so that old versions can be removed.
    """

    def __init__(self, store: ChunkStore, table: Table, *, remains: bool) -> None:
        self._store, self._table = store, table
        self.remains = remains
        self.settled = False

    def remove(self, paths: Collection[str]) -> None:
        """Delete the chunks of these files."""
        quoted = ["'" + path.replace("'", "''") + "'" for path in sorted(paths)]
        with self._store.writing():
            for start in range(0, len(quoted), _PATHS_AT_ONCE):
                self._table.delete(f"path IN ({', '.join(quoted[start : start + _PATHS_AT_ONCE])})")

    def add(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Add chunks with their vectors, (chunks, dim)."""
        pa = require("pyarrow", extra="search")
        columns: dict[str, Any] = {name: [getattr(chunk, name) for chunk in chunks] for name in _COLUMNS}
        columns["words"] = [" ".join(_indexed_words(chunk)) for chunk in chunks]
        flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel())
        columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
        with self._store.writing():
            self._table.add(pa.table(columns, schema=_chunk_schema(vectors.shape[1])))

    def finish(self) -> int:
        """Make the full-text index, or bring it up to date where enough has changed; the version to be read."""
        index = require("lancedb.index", extra="search")
        with self._store.writing():
            indices = [existing.name for existing in self._table.list_indices() if existing.columns == ["words"]]
            if not indices:
                # The words are split already; the tokenizer stems them and leaves out what every text has.
                self._table.create_index("words", config=index.FTS(base_tokenizer="whitespace"))
            if self.remains or (indices and self._is_scattered(indices[0])):
                self._settle()
            return int(self._table.version)

    def _is_scattered(self, index: str) -> bool:
        """Tell whether writing all rows anew is worth it: LanceDB finds rows outside the full-text index, too."""
        rows = self._table.count_rows()
        statistics = self._table.index_stats(index)
        unindexed = statistics.num_unindexed_rows if statistics else rows
        many = max(_UNINDEXED, _UNINDEXED_SHARE * rows)
        return bool(unindexed > many or len(self._table.list_versions()) > MOST_VERSIONS)

    def _settle(self) -> None:
        """Put all rows into one piece and into the index, until nothing is left to be done.

        Or else pruning would go on with it, after this version has become the one that is read.
        """
        version = -1
        while version != self._table.version:
            version = self._table.version
            self._table.optimize(cleanup_older_than=_FOREVER)
        self.settled = True

    def counts(self) -> tuple[int, dict[str, int]]:
        """Number of chunks, and by kind, most first."""
        kinds = self._table.search().select(["kind"]).to_arrow()["kind"].value_counts().to_pylist()
        found = {row["values"]: row["counts"] for row in sorted(kinds, key=lambda row: -row["counts"])}
        return sum(found.values()), found


def _indexed_words(chunk: Chunk) -> Iterable[str]:
    yield from words(chunk.path)
    for _ in range(_SYMBOL_WEIGHT):
        yield from words(chunk.symbol)
    yield from words(chunk.text)


def _chunk_schema(dim: int) -> pa.Schema:
    pa = require("pyarrow", extra="search")
    texts = [pa.field(name, pa.string()) for name in ("path", "language", "kind", "symbol")]
    lines = [pa.field(name, pa.int32()) for name in ("start_line", "end_line")]
    vector = pa.field("vector", pa.list_(pa.float32(), dim))
    return pa.schema([*texts, *lines, pa.field("text", pa.string()), pa.field("words", pa.string()), vector])


def _file_schema() -> pa.Schema:
    pa = require("pyarrow", extra="search")
    texts = [pa.field(name, pa.string()) for name in ("path", "language", "digest", "skipped")]
    return pa.schema([*texts, pa.field("size", pa.int64()), pa.field("modified", pa.int64())])


def _is_of_lance(error: BaseException) -> bool:
    """Tell whether LanceDB gave up on damaged files: by any exception, or by a panic, which is not even one."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]

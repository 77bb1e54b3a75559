"""JSON lines, lines of text and Parquet files as sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codequest.corpus.sources.fields import Fields
from codequest.corpus.sources.source import EVERY, Columns, Record
from codequest.data.lines import numbered_lines
from codequest.errors import DatasetError, require
from codequest.files.packed import Unpacked
from codequest.json_files import parse_json, refuse_irregular
from codequest.progress import Progress, silent

_ROWS_AT_ONCE, _BUFFER = 1024, 1 << 20


class LinesSource:
    """A file with a record in each line: ``.jsonl`` with objects or strings, or ``.txt``; either may be gzipped.

    Args:
        path: The file.
        columns: Those that were chosen.
        prefix: Before ids that are numbers of lines.
    """

    def __init__(self, path: Path, columns: Columns, *, prefix: str = "") -> None:
        self.path, self.name, self.skipped = path, str(path), Counter[str]()
        self._columns, self._prefix = columns, prefix
        self._plain = path.name.removesuffix(".gz").endswith(".txt")

    def records(self, progress: Progress = silent) -> Iterator[Record]:
        """See `TextSource.records`."""
        fields: Fields | None = None
        size, read = max(self.path.stat().st_size, 1) if self.path.is_file() else 1, 0
        for position, (number, line) in enumerate(numbered_lines(self.path)):
            row = {"text": line.rstrip("\n")} if self._plain else self._row(line, number)
            if fields is None:
                fields = Fields(self._columns, list(row), source=self.name, prefix=self._prefix)
            yield fields.record(row, position, f"{self.name}, line {number}")
            read += len(line)
            if position % EVERY == 0:
                progress(f"Reading {self.path.name}", min(read, size), size)

    def _row(self, line: str, number: int) -> dict[str, Any]:
        where = f"{self.name}, line {number}"
        expected = f"Expected a JSON object or a JSON string in each line, got {line.strip()!r:.80}."
        row = parse_json(line, where=where, error=DatasetError, remedy=expected)
        if not isinstance(row, (dict, str)):
            raise DatasetError(f"{where}: {expected}")
        return {"text": row} if isinstance(row, str) else row


class ParquetSource:
    """A Parquet file, of which a few rows are in memory at a time.

    Args:
        path: The file.
        columns: Those that were chosen.
        prefix: Before ids that are numbers of rows.
    """

    def __init__(self, path: Path, columns: Columns, *, prefix: str = "") -> None:
        self.path, self.name, self.skipped = path, str(path), Counter[str]()
        self._columns, self._prefix = columns, prefix

    def records(self, progress: Progress = silent) -> Iterator[Record]:
        """See `TextSource.records`."""
        arrow, parquet = require("pyarrow", extra="vectors"), require("pyarrow.parquet", extra="vectors")
        try:
            refuse_irregular(self.path)
            unpacked, done = Unpacked(self.path, DatasetError), 0
            with parquet.ParquetFile(self.path, buffer_size=_BUFFER, pre_buffer=False) as file:
                fields = Fields(self._columns, file.schema_arrow.names, source=self.name, prefix=self._prefix)
                for batch in file.iter_batches(_ROWS_AT_ONCE, columns=fields.wanted, use_threads=False):
                    unpacked.add(batch.nbytes)
                    yield from fields.records(batch.to_pylist(), done)
                    done += len(batch)
                    progress(f"Reading {self.path.name}", done, file.metadata.num_rows)
        except (OSError, arrow.ArrowException, UnicodeDecodeError, MemoryError) as error:
            raise DatasetError(
                f"{self.path} cannot be read as Parquet: {error}. Is it complete? Fetch it again."
            ) from error

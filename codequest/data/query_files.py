"""Queries from a file: distinct texts, one a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from codequest.arguments import did_you_mean_path, path_given
from codequest.data.lines import numbered_lines, refuse_outside
from codequest.errors import DatasetError, require
from codequest.files.packed import parquet_table, texts_of
from codequest.json_files import parse_json, refuse_irregular

QUERY_SUFFIXES = (".txt", ".jsonl", ".txt.gz", ".jsonl.gz", ".parquet")
"""Ends of the files that `load_queries` reads."""

_COLUMNS = ("text", "query", "question", "title")


def load_queries(path: str | Path) -> list[str]:
    """Read queries from a file.

    Args:
        path: ``.txt`` with one query a line, or ``.jsonl`` with JSON strings or objects with a ``text``; either may
            be gzipped; or ``.parquet`` with a column ``text``, ``query``, ``question`` or ``title``. For a folder, its
            ``queries.jsonl``, ``queries.jsonl.gz`` or ``queries.txt``.

    Returns:
        The distinct queries in the order of the file; queries that differ only in case or spacing count once.

    Raises:
        DatasetError: The file is missing, of another type, malformed, or holds no query.
        MissingDependencyError: It is a parquet file and pyarrow is not installed.
    """
    file = _query_file(path_given(path, "A file of queries"))
    distinct: dict[str, str] = {}
    for text in dict.fromkeys(_texts(file)):
        if text.strip():
            distinct.setdefault(normal_form(text), text)
    if not distinct:
        raise DatasetError(f"{file} holds no query. Expected one a line, or JSON objects with a text.")
    return list(distinct.values())


def normal_form(text: str) -> str:
    """The text lower-cased and with single spaces: what decides whether two queries are the same."""
    return " ".join(text.lower().split())


def _query_file(path: Path) -> Path:
    if path.is_dir():
        names = ("queries.jsonl", "queries.jsonl.gz", "queries.txt")
        found = [path / name for name in names if (path / name).is_file()]
        if not found:
            raise DatasetError(f"{path} holds none of {', '.join(names)}. Name the query file itself.")
        return refuse_outside(found[0], path)
    if not path.is_file():
        raise DatasetError(
            f"There is no query file {path}. Expected one of the types {', '.join(QUERY_SUFFIXES)}."
            f"{did_you_mean_path(path)}"
        )
    if not path.name.endswith(QUERY_SUFFIXES):
        raise DatasetError(f"{path} is of a type codequest does not read. It reads {', '.join(QUERY_SUFFIXES)}.")
    return path


def text_column(names: Sequence[str], *, source: str) -> str:
    """The column of a table that holds its queries: the first of text, query, question and title that it has.

    Raises:
        DatasetError: It has none of them.
    """
    found = [name for name in _COLUMNS if name in names]
    if not found:
        raise DatasetError(
            f"{source} has the columns {', '.join(map(repr, names))}. Expected the queries in one of "
            f"{', '.join(map(repr, _COLUMNS))}: rename the column that holds them."
        )
    return found[0]


def _texts(file: Path) -> Iterator[str]:
    if file.suffix == ".parquet":
        yield from _parquet_texts(file)
        return
    structured = file.name.removesuffix(".gz").endswith(".jsonl")
    for number, line in numbered_lines(file):
        yield _text_of(line, file, number) if structured else line.strip()


def _parquet_texts(file: Path) -> Iterator[str]:
    pyarrow = require("pyarrow", extra="hub")
    try:
        refuse_irregular(file)
        table = parquet_table(
            file, extra="hub", error=DatasetError, columns=lambda names: [text_column(names, source=str(file))]
        )
        [column], [chunked] = table.column_names, table.columns
        values = [value for chunk in chunked.chunks for value in texts_of(chunk)]
    except (OSError, pyarrow.ArrowException, UnicodeDecodeError, ValueError, MemoryError) as error:
        if isinstance(error, DatasetError):
            raise
        raise DatasetError(f"{file} cannot be read as parquet: {error}. Is it complete? Fetch it again.") from error
    for number, value in enumerate(values, start=1):
        if not isinstance(value, (str, type(None))):
            raise DatasetError(f"{file}, row {number}: {column} is {type(value).__name__}, expected a string.")
        yield value or ""


def _text_of(line: str, file: Path, number: int) -> str:
    where = f"{file}, line {number}"
    remedy = f"Expected a JSON string or an object with a text, got {line.strip()!r:.80}."
    record = parse_json(line, where=where, error=DatasetError, remedy=remedy)
    if not isinstance(record, str) and not (isinstance(record, dict) and "text" in record):
        raise DatasetError(f"{where}: {remedy}")
    text = record if isinstance(record, str) else record["text"]
    if not isinstance(text, str):
        raise DatasetError(f"{file}, line {number}: the text is {type(text).__name__}, expected a string.")
    return text

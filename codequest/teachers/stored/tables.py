"""Texts and vectors out of tables: Parquet and Arrow files, and the JSON that people export from vector stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt

from codequest.errors import TeacherError, require
from codequest.json_files import parse_json, refuse_irregular

TextsAndVectors = tuple[list[str], npt.NDArray[Any]]
"""n texts and their vectors, (n, dim)."""

ARROW_FILES = (".arrow", ".feather", ".parquet")
"""Ends of names of files that pyarrow reads."""

_TEXT_NAMES = ("text", "document", "documents", "page_content", "content", "chunk", "chunk_text", "code", "body")
_NO_TEXT_NAMES = {"id", "ids", "_id", "uuid", "key", "doc_id", "document_id", "included", "path", "source", "shard_key"}
_WRAPPERS = ("result", "points")  # Qdrant's REST answers


def read_arrow(
    path: Path, *, text_column: str | None, vector_column: str | None, texts: bool = True
) -> TextsAndVectors:
    """Texts and vectors of a Parquet, Feather or Arrow file, such as LanceDB's ``to_arrow()`` gives.

    Args:
        path: The file.
        text_column: The column with texts, if there is doubt.
        vector_column: The column with vectors, likewise.
        texts: Whether texts are read; else there are none.

    Raises:
        TeacherError: It is no such file, or its columns are not as expected.
        MissingDependencyError: pyarrow is not installed.
    """
    table, strings, numbers = _arrow(path)
    vector = _chosen_vector(path, numbers, vector_column)
    found = _arrow_texts(path, table, strings, text_column) if texts else []
    rows = (row for chunk in table[vector].chunks for row in _rows_of(chunk))
    return found, _stacked(path, vector, rows)


def read_arrow_texts(path: Path, text_column: str | None = None) -> list[str]:
    """The texts of a Parquet, Feather or Arrow file; see `read_arrow`."""
    table, strings, _ = _arrow(path)
    return _arrow_texts(path, table, strings, text_column)


def _arrow_texts(path: Path, table: Any, strings: list[str], text_column: str | None) -> list[str]:
    text = _chosen_text(path, strings, text_column)
    return _checked_texts(path, text, table[text].to_pylist())


def _arrow(path: Path) -> tuple[Any, list[str], list[str]]:
    """The table of a file, the names of its columns of texts, and of those of lists of numbers."""
    arrow = require("pyarrow", extra="vectors")
    try:
        refuse_irregular(path)
        if path.suffix == ".parquet":
            table = require("pyarrow.parquet", extra="vectors").read_table(path)
        else:
            table = require("pyarrow.feather", extra="vectors").read_table(path)
        table.validate(full=True)  # offsets and UTF-8, which a damaged file may have wrong
    except (arrow.ArrowException, UnicodeDecodeError, MemoryError) as error:
        raise TeacherError(f"{path} is no {path.suffix} file, or it is damaged: {error}.") from error
    types = arrow.types
    while any(types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    texts, vectors = [], []
    for field in table.schema:
        if types.is_string(field.type) or types.is_large_string(field.type) or types.is_string_view(field.type):
            texts.append(field.name)
        elif types.is_list(field.type) or types.is_large_list(field.type) or types.is_fixed_size_list(field.type):
            vectors += [field.name] if _is_number(types, field.type.value_type) else []
    return table, texts, vectors


def read_json(path: Path, *, text_column: str | None, vector_column: str | None, texts: bool = True) -> TextsAndVectors:
    """Texts and vectors of a JSON or JSON Lines file; the arguments are those of `read_arrow`.

    It may hold records as Qdrant's ``scroll`` or LanceDB's ``to_pandas()`` give, or columns as Chroma's
    ``get(include=…)`` gives. Fields inside fields are named with dots: ``payload.text``.

    Raises:
        TeacherError: It is no such file, or its fields are not as expected.
    """
    columns = _columns(path)
    strings = [name for name, column in columns.items() if isinstance(_first(column), str)]
    vectors = [name for name, column in columns.items() if isinstance(_first(column), np.ndarray)]
    vector = _chosen_vector(path, vectors, vector_column)
    stacked = _stacked(path, vector, columns[vector])
    if not texts:
        return [], stacked
    text = _chosen_text(path, [name for name in strings if len(columns[name]) == len(stacked)], text_column)
    return _checked_texts(path, text, columns[text]), stacked


def has_vectors(path: Path) -> bool:
    """Tell whether the records of a JSON Lines file hold vectors, not only texts; decided by the first."""
    with _opened(path) as lines:
        record = _parsed(path, next(lines, "null"))
    return isinstance(record, dict) and any(isinstance(value, np.ndarray) for value in _flat(record).values())


def _columns(path: Path) -> dict[str, list[Any]]:
    with _opened(path) as file:
        if path.suffix == ".jsonl":
            records = [_record(path, number, _parsed(path, line)) for number, line in enumerate(file) if line.strip()]
            return _by_column(records)
        content = _parsed(path, file.read())
    for wrapper in _WRAPPERS:
        content = content[wrapper] if isinstance(content, dict) and wrapper in content else content
    if isinstance(content, list):
        return _by_column([_record(path, number, record) for number, record in enumerate(content)])
    if not isinstance(content, dict):
        raise TeacherError(f"{path} holds {type(content).__name__}, expected a list of records or lists by name.")
    lists = {name: column for name, column in content.items() if isinstance(column, list)}
    return {name: [_value(value) for value in column] for name, column in lists.items()}


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """The file of a table.

    Raises:
        TeacherError: It is not UTF-8.
        OSError: It cannot be opened, or is no regular file.
    """
    refuse_irregular(path)
    try:
        with path.open(encoding="utf-8") as file:
            yield file
    except UnicodeDecodeError as error:
        raise TeacherError(f"{path} holds no JSON: it is no UTF-8 ({error}).") from error


def _parsed(path: Path, text: str) -> Any:
    return parse_json(text, where=str(path), error=TeacherError, remedy="Export it again.")


def _record(path: Path, number: int, record: Any) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise TeacherError(
            f"Record {number} of {path} is {type(record).__name__}, expected an object with a text and a vector."
        )
    return _flat(record)


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = _value(value)
    return flat


def _value(value: Any) -> Any:
    """A list of numbers as an array, which takes an eighth of the memory; anything else as it is."""
    if isinstance(value, list) and value and all(type(number) in {int, float, type(None)} for number in value):
        return np.asarray(value, dtype=np.float32)
    return value


def _by_column(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for record in records for name in record)
    return {name: [record.get(name) for record in records] for name in names}


def _first(column: Iterable[Any]) -> Any:
    return next((value for value in column if value is not None), None)


def _is_number(types: Any, value_type: Any) -> bool:
    return bool(types.is_floating(value_type) or types.is_integer(value_type))


def _rows_of(chunk: Any) -> Iterable[npt.NDArray[Any] | None]:
    """Rows of a list array without a Python number for every component; a missing component is NaN."""
    missing = chunk.is_null().to_pylist()
    lengths = chunk.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    flat = chunk.flatten().to_numpy(zero_copy_only=False).astype(np.float32)  # leaves out rows that are null
    ends = np.cumsum(np.where(missing, 0, lengths))
    for position, end in enumerate(ends):
        yield None if missing[position] else flat[end - lengths[position] : end]


def _chosen_vector(path: Path, found: Sequence[str], given: str | None) -> str:
    return _given(path, found, given, "vector") if given or len(found) != 1 else found[0]


def _chosen_text(path: Path, found: Sequence[str], given: str | None) -> str:
    if given is None:
        for known in _TEXT_NAMES:
            named = [name for name in found if name.rpartition(".")[2].lower() == known]
            if len(named) == 1:
                return named[0]
        others = [name for name in found if name.rpartition(".")[2].lower() not in _NO_TEXT_NAMES]
        if len(others) == 1:
            return others[0]
    return _given(path, found, given, "text")


def _given(path: Path, found: Sequence[str], given: str | None, what: str) -> str:
    if given in found and given is not None:
        return given
    holding = "lists of numbers" if what == "vector" else "texts"
    doubt = f"has no column {given!r} with {holding}" if given else f"does not say which column holds the {what}s"
    raise TeacherError(
        f"{path} {doubt}. Columns with {holding}: {', '.join(found) or 'none'}. Say which with {what}_column, or "
        f"export it again with its {what}s."
    )


def _checked_texts(path: Path, name: str, column: Sequence[Any]) -> list[str]:
    missing = [position for position, value in enumerate(column) if not isinstance(value, str)]
    if missing:
        raise TeacherError(
            f"{len(missing)} of {len(column)} rows of {path} have no text in {name!r} (the first is row {missing[0]}). "
            "Every vector needs its text: export the texts too, or leave those rows out."
        )
    return list(column)


def _stacked(path: Path, name: str, rows: Iterable[Any]) -> npt.NDArray[np.float32]:
    vectors = list(rows)
    missing = [position for position, row in enumerate(vectors) if not isinstance(row, np.ndarray)]
    if missing:
        raise TeacherError(
            f"{len(missing)} of {len(vectors)} rows of {path} have no vector in {name!r} (the first is row "
            f"{missing[0]}). Embed those texts, or leave the rows out."
        )
    other = [position for position, row in enumerate(vectors) if len(row) != len(vectors[0])]
    if other:
        raise TeacherError(
            f"Row {other[0]} of {path} has {len(vectors[other[0]])} numbers in {name!r} and row 0 has "
            f"{len(vectors[0])}: {len(other)} of {len(vectors)} rows are not of the first one's length. Vectors of "
            "one model have one length: embed them again."
        )
    return np.stack(vectors) if vectors else np.empty((0, 0), np.float32)

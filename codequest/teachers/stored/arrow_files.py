"""Texts and vectors out of Parquet, Feather and Arrow files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.errors import TeacherError, require
from codequest.files.packed import Unpacked, parquet_table, texts_of
from codequest.json_files import refuse_irregular
from codequest.teachers.stored.arrow_messages import unpacked_size
from codequest.teachers.stored.columns import TextsAndVectors, checked_texts, chosen_text, chosen_vector, stacked

ARROW_FILES = (".arrow", ".feather", ".parquet")
"""Ends of names of files that pyarrow reads."""

_MAGIC, _BEGIN = b"ARROW1", 8  # of an Arrow file, and of the stream in it


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
    vector = chosen_vector(path, numbers, vector_column)
    found = _arrow_texts(path, table, strings, text_column) if texts else []
    rows = (row for chunk in table[vector].chunks for row in _rows_of(chunk))
    return found, stacked(path, vector, rows)


def read_arrow_texts(path: Path, text_column: str | None = None) -> list[str]:
    """The texts of a Parquet, Feather or Arrow file; see `read_arrow`."""
    table, strings, _ = _arrow(path)
    return _arrow_texts(path, table, strings, text_column)


def _arrow_texts(path: Path, table: Any, strings: list[str], text_column: str | None) -> list[str]:
    text = chosen_text(path, strings, text_column)
    return checked_texts(path, text, [value for chunk in table[text].chunks for value in texts_of(chunk)])


def _arrow(path: Path) -> tuple[Any, list[str], list[str]]:
    """The table of a file, the names of its columns of texts, and of those of lists of numbers."""
    arrow = require("pyarrow", extra="vectors")
    try:
        refuse_irregular(path)
        if path.suffix == ".parquet":
            table = parquet_table(path, extra="vectors", error=TeacherError)
        else:
            table = _feather(arrow, path)
        table.validate(full=True)  # offsets and UTF-8, which a damaged file may have wrong
    except (arrow.ArrowException, UnicodeDecodeError, ValueError, OverflowError, MemoryError) as error:
        raise TeacherError(f"{path} is no {path.suffix} file, or it is damaged: {error}.") from error
    types = arrow.types
    while any(types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    texts, vectors = [], []
    for field in table.schema:
        kind = field.type.value_type if types.is_dictionary(field.type) else field.type
        if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
            texts.append(field.name)
        elif types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
            vectors += [field.name] if _is_number(types, kind.value_type) else []
    return table, texts, vectors


def _feather(arrow: Any, path: Path) -> Any:
    """The table of an Arrow file, read from its begin to its end as a stream, as it was counted."""
    unpacked = Unpacked(path, TeacherError)
    with arrow.memory_map(str(path)) as file:
        start = file.read(len(_MAGIC))
        if start != _MAGIC:  # of the first version, which packs nothing
            return require("pyarrow.feather", extra="vectors").read_table(path)
        file.seek(_BEGIN)
        for message in arrow.ipc.MessageReader.open_stream(file):
            unpacked.add(unpacked_size(message))
        file.seek(_BEGIN)
        return arrow.ipc.open_stream(file).read_all()


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

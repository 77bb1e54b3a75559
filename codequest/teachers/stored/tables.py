"""Texts and vectors out of tables, such as the JSON that people export from vector stores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from codequest.errors import TeacherError
from codequest.json_files import parse_json, refuse_irregular
from codequest.teachers.stored.columns import TextsAndVectors, checked_texts, chosen_text, chosen_vector, stacked

_WRAPPERS = ("result", "points")  # Qdrant's REST answers
_DEEPEST = 16  # fields in fields


@dataclass(frozen=True, slots=True)
class _Column:
    """A column whose values are put together when they are needed: records may have as many names as there are records.

    Attributes:
        first: The first value that is not null.
        rows: How many there are.
        values: Gives them.
    """

    first: Any
    rows: int
    values: Callable[[], list[Any]]


def read_json(path: Path, *, text_column: str | None, vector_column: str | None, texts: bool = True) -> TextsAndVectors:
    """Texts and vectors of a JSON or JSON Lines file; the arguments are those of `read_arrow`.

    It may hold records as Qdrant's ``scroll`` or LanceDB's ``to_pandas()`` give, or columns as Chroma's
    ``get(include=…)`` gives. Fields inside fields are named with dots: ``payload.text``.

    Raises:
        TeacherError: It is no such file, or its fields are not as expected.
    """
    columns = _columns(path)
    strings = [name for name, column in columns.items() if isinstance(column.first, str)]
    vectors = [name for name, column in columns.items() if isinstance(column.first, np.ndarray)]
    vector = chosen_vector(path, vectors, vector_column)
    rows = stacked(path, vector, columns[vector].values())
    if not texts:
        return [], rows
    text = chosen_text(path, [name for name in strings if columns[name].rows == len(rows)], text_column)
    return checked_texts(path, text, columns[text].values()), rows


def has_vectors(path: Path) -> bool:
    """Tell whether the records of a JSON Lines file hold vectors, not only texts; decided by the first."""
    with _opened(path) as lines:
        record = _parsed(path, next(lines, "null"))
    return isinstance(record, dict) and any(isinstance(value, np.ndarray) for value in _flat(record).values())


def _columns(path: Path) -> dict[str, _Column]:
    with _opened(path) as file:
        if path.suffix == ".jsonl":
            return _by_column(
                [_record(path, number, _parsed(path, line)) for number, line in enumerate(file) if line.strip()]
            )
        content = _parsed(path, file.read())
    for wrapper in _WRAPPERS:
        content = content[wrapper] if isinstance(content, dict) and wrapper in content else content
    if isinstance(content, list):
        return _by_column([_record(path, number, record) for number, record in enumerate(content)])
    if not isinstance(content, dict):
        raise TeacherError(f"{path} holds {type(content).__name__}, expected a list of records or lists by name.")
    lists = {name: [_value(value) for value in column] for name, column in content.items() if isinstance(column, list)}
    return {name: _Column(_first(values), len(values), partial(list, values)) for name, values in lists.items()}


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


def _flat(record: Mapping[str, Any], prefix: str = "", depth: int = 1) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise TeacherError(f"A record has fields in each other more than {_DEEPEST} deep. Export its text and vector.")
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.", depth + 1)
        else:
            flat[prefix + name] = _value(value)
    return flat


def _value(value: Any) -> Any:
    """A list of numbers as an array, which takes an eighth of the memory; anything else as it is."""
    if isinstance(value, list) and value and all(type(number) in {int, float, type(None)} for number in value):
        return np.asarray(value, dtype=np.float32)
    return value


def _by_column(records: Sequence[Mapping[str, Any]]) -> dict[str, _Column]:
    firsts: dict[str, Any] = {}
    for record in records:
        for name, value in record.items():
            if firsts.get(name) is None:
                firsts[name] = value

    def values(name: str) -> list[Any]:
        return [record.get(name) for record in records]

    return {name: _Column(first, len(records), partial(values, name)) for name, first in firsts.items()}


def _first(column: Iterable[Any]) -> Any:
    return next((value for value in column if value is not None), None)

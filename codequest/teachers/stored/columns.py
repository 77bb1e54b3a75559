"""Columns of tables: which of them hold texts and vectors, and their values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.errors import TeacherError

TextsAndVectors = tuple[list[str], npt.NDArray[Any]]
"""n texts and their vectors, (n, dim)."""

_TEXT_NAMES = ("text", "document", "documents", "page_content", "content", "chunk", "chunk_text", "code", "body")
_NO_TEXT_NAMES = {"id", "ids", "_id", "uuid", "key", "doc_id", "document_id", "included", "path", "source", "shard_key"}
_SHOWN = 20  # names of columns in a message


def chosen_vector(path: Path, found: Sequence[str], given: str | None) -> str:
    """The column with vectors: the one that was given, or the only one.

    Args:
        path: The file.
        found: Its columns of lists of numbers.
        given: The one that is wanted, if there is doubt.

    Raises:
        TeacherError: There is doubt, or no such column.
    """
    return _given(path, found, given, "vector") if given or len(found) != 1 else found[0]


def chosen_text(path: Path, found: Sequence[str], given: str | None) -> str:
    """The column with texts, by a usual name or as the only one that may be; see `chosen_vector`."""
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
    shown = ", ".join([*found[:_SHOWN], *([f"and {len(found) - _SHOWN} others"] if len(found) > _SHOWN else [])])
    raise TeacherError(
        f"{path} {doubt}. Columns with {holding}: {shown or 'none'}. Say which with {what}_column, or "
        f"export it again with its {what}s."
    )


def checked_texts(path: Path, name: str, column: Sequence[Any]) -> list[str]:
    """The values of a column of texts.

    Raises:
        TeacherError: One of them is no text.
    """
    missing = [position for position, value in enumerate(column) if not isinstance(value, str)]
    if missing:
        raise TeacherError(
            f"{len(missing)} of {len(column)} rows of {path} have no text in {name!r} (the first is row {missing[0]}). "
            "Every vector needs its text: export the texts too, or leave those rows out."
        )
    return list(column)


def stacked(path: Path, name: str, rows: Iterable[Any]) -> npt.NDArray[np.float32]:
    """The values of a column of vectors as an array, (n, dim).

    Raises:
        TeacherError: One of them is no vector, or of another length.
    """
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

"""An index from files: its vectors and what they were made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.errors import InvalidInputError
from codequest.space import Side
from codequest.teachers.vectors import VectorsTeacher

_OF_FOLDER = {"query": "queries.jsonl", "document": "documents.jsonl"}


def read_index(vectors: Path, texts: Path | None, *, side: Side = "document") -> tuple[npt.NDArray[Any], list[str]]:
    """The vectors of an index, (n, dim), as they are stored, and their texts.

    Args:
        vectors: ``.npy``, or a folder that `VectorsTeacher.from_folder` reads.
        texts: ``.jsonl`` with a JSON string or an object with a ``text`` per line, or ``.txt`` with a text per line;
            None for the texts of the folder.
        side: Which texts and vectors of the folder.

    Raises:
        InvalidInputError: A file is missing or malformed.
        TeacherError: The folder cannot be read, or has no vector of a text.
    """
    if vectors.is_dir():
        found = _read_texts(texts if texts is not None else vectors / _OF_FOLDER[side])
        return VectorsTeacher.from_folder(vectors).encode(found, side), found
    if texts is None:
        raise InvalidInputError(f"What are the vectors in {vectors} made of? Give their texts with --texts.")
    try:
        stored: npt.NDArray[Any] = np.load(vectors, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InvalidInputError(f"{vectors} cannot be read as .npy: {error}.") from error
    if not isinstance(stored, np.ndarray) or stored.dtype.kind not in "fiu":
        raise InvalidInputError(f"{vectors} is no .npy file of numbers.")
    return stored, _read_texts(texts)


def _read_texts(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8") as file:  # splitlines() would also split within a text, at U+2028
            lines = [line.rstrip("\n") for line in file]
        if path.suffix != ".jsonl":
            return lines
        records = [json.loads(line) for line in lines]
        return [record if isinstance(record, str) else record["text"] for record in records]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise InvalidInputError(
            f"{path} cannot be read as texts ({type(error).__name__}: {error}). Expected .txt with a text per line, or "
            '.jsonl with a JSON string or an object with a "text" per line.'
        ) from error

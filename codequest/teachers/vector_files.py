"""Texts and vectors out of files, by their suffix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.errors import InvalidInputError, TeacherError
from codequest.teachers.vector_tables import TextsAndVectors, has_vectors, read_arrow, read_json

_ARROW = {".arrow", ".feather", ".parquet"}
_JSON = {".json", ".jsonl"}
_ARRAYS = {".npy", ".npz", ".safetensors"}
VECTOR_FILES = sorted(_ARROW | _JSON | _ARRAYS)


def read_vectors(
    path: str | Path, *, text_column: str | None = None, vector_column: str | None = None
) -> TextsAndVectors:
    """Texts and their vectors, row by row.

    ``.npy`` and ``.safetensors`` hold vectors only, ``.npz`` may: then their texts are in the ``.jsonl`` file of the
    same name, a string or an object with a ``text`` in each line.

    Args:
        path: A ``.npy``, ``.npz``, ``.safetensors``, ``.parquet``, ``.feather``, ``.arrow``, ``.json`` or ``.jsonl``.
        text_column: The column or array with texts; found by name or type if there is no doubt.
        vector_column: The column, array or tensor with vectors, likewise.

    Returns:
        n texts and an array (n, dim).

    Raises:
        InvalidInputError: A file of another kind.
        TeacherError: The file is damaged, or what it holds is not one text and one vector in each row.
        OSError: A file cannot be opened.
        MissingDependencyError: pyarrow is needed and not installed.
    """
    file = Path(path).expanduser()
    if file.suffix in _ARROW:
        return read_arrow(file, text_column=text_column, vector_column=vector_column)
    if file.suffix in _JSON:
        try:
            return read_json(file, text_column=text_column, vector_column=vector_column)
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise TeacherError(f"{file} holds no JSON: {type(error).__name__}: {error}.") from error
    if file.suffix == ".npy":
        return _texts_beside(file), _npy(file)
    if file.suffix == ".npz":
        return _npz(file, text_column=text_column, vector_column=vector_column)
    if file.suffix == ".safetensors":
        return _texts_beside(file), _safetensors(file, vector_column)
    raise InvalidInputError(f"{file} is no file of vectors that codequest reads: {', '.join(VECTOR_FILES)}.")


def find_vectors(folder: Path, name: str) -> Path | None:
    """The file of vectors called `name` in a folder; None if there is neither that nor texts.

    Raises:
        InvalidInputError: There are several.
    """
    texts = folder / f"{name}.jsonl"
    found = [path for suffix in VECTOR_FILES if (path := folder / f"{name}{suffix}") != texts and path.exists()]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise InvalidInputError(f"{names} all claim to be the {name}. Keep one of them.")
    if found or not texts.exists():
        return found[0] if found else None
    return texts if has_vectors(texts) else texts.with_suffix(".npy")


def _texts_beside(path: Path) -> list[str]:
    # Not splitlines(), which would also split within a text, at U+2028.
    with path.with_suffix(".jsonl").open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [record if isinstance(record, str) else record["text"] for record in records]


def _npy(path: Path) -> npt.NDArray[Any]:
    try:
        vectors: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise TeacherError(f"{path} is no .npy file of numbers: {error}.") from error
    if not isinstance(vectors, np.ndarray) or vectors.dtype.kind not in "fiu":
        raise TeacherError(f"{path} is no .npy file of numbers.")
    return vectors


def _npz(path: Path, *, text_column: str | None, vector_column: str | None) -> TextsAndVectors:
    from zipfile import BadZipFile

    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, EOFError, BadZipFile, AttributeError) as error:
        raise TeacherError(
            f"{path} cannot be read as arrays: {error}. Texts must be saved as strings: np.array(texts, dtype=str)."
        ) from error
    numbers = {name: array for name, array in arrays.items() if array.dtype.kind in "fiu"}
    strings = {name: array for name, array in arrays.items() if array.dtype.kind == "U"}
    vectors = _only(path, numbers, vector_column, "vector")
    if not strings and text_column is None:
        return _texts_beside(path), vectors
    return _only(path, strings, text_column, "text").tolist(), vectors


def _safetensors(path: Path, vector_column: str | None) -> npt.NDArray[Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file  # numpy has no bf16

    try:
        tensors = load_file(path)
    except SafetensorError as error:
        raise TeacherError(f"{path} is truncated or damaged: {error}.") from error
    arrays: npt.NDArray[Any] = _only(path, tensors, vector_column, "vector").float().numpy()
    return arrays


def _only(path: Path, arrays: dict[str, Any], given: str | None, what: str) -> Any:
    if given is None and len(arrays) == 1:
        return next(iter(arrays.values()))
    if given not in arrays:
        raise TeacherError(
            f"{path} has {f'no array {given!r}' if given else 'not one array'} of {what}s. Arrays that may be: "
            f"{', '.join(sorted(arrays)) or 'none'}. Say which with {what}_column."
        )
    return arrays[given]

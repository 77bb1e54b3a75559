"""Vectors out of arrays: .npy, .npz and .safetensors, with their texts in a file next to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.errors import TeacherError
from codequest.files.packed import Unpacked
from codequest.json_files import refuse_irregular
from codequest.teachers.stored.text_files import read_texts


def read_array(path: Path) -> npt.NDArray[Any]:
    """The numbers of a ``.npy`` file, not yet in memory.

    Raises:
        TeacherError: The file is damaged or holds something else.
        OSError: It cannot be opened.
    """
    try:
        refuse_irregular(path)
        vectors: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError:
        raise
    except Exception as error:  # a header is a literal of Python, and fails as whatever reads those fails
        raise TeacherError(f"{path} is no .npy file of numbers: {error}.") from error
    if not isinstance(vectors, np.ndarray) or vectors.dtype.kind not in "fiu":
        raise TeacherError(f"{path} is no .npy file of numbers.")
    return vectors


def read_arrays(
    file: Path, texts: Path | None, *, text_column: str | None, vector_column: str | None
) -> tuple[list[str] | None, npt.NDArray[Any]]:
    """Texts and vectors of a ``.npy``, ``.npz`` or ``.safetensors`` file; the texts are None where there are none.

    Args:
        file: The file.
        texts: The file of the texts, if they are not in it or in the ``.jsonl`` next to it.
        text_column: The array with texts, if there is doubt.
        vector_column: The array or tensor with vectors, likewise.

    Raises:
        TeacherError: A file is damaged or not as expected, or that of the texts was given and is missing.
        OSError: The file of vectors cannot be opened.
    """
    if file.suffix == ".npz":
        return _npz(file, texts, text_column=text_column, vector_column=vector_column)
    vectors = read_array(file) if file.suffix == ".npy" else _safetensors(file, vector_column)
    return _texts_next_to(file, texts), vectors


def _texts_next_to(file: Path, given: Path | None) -> list[str] | None:
    neighbor = file.with_suffix(".jsonl")
    return read_texts(given or neighbor) if given is not None or neighbor.exists() else None


def _npz(
    path: Path, texts: Path | None, *, text_column: str | None, vector_column: str | None
) -> tuple[list[str] | None, npt.NDArray[Any]]:

    try:
        _refuse_larger(path)
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except Exception as error:  # of numpy, of zipfile, of zlib, of the parser of a header
        if isinstance(error, TeacherError):
            raise
        raise TeacherError(
            f"{path} cannot be read as arrays: {error}. Texts must be saved as strings: np.array(texts, dtype=str)."
        ) from error
    numbers = {name: array for name, array in arrays.items() if array.dtype.kind in "fiu"}
    strings = {name: array for name, array in arrays.items() if array.dtype.kind == "U"}
    vectors = _only(path, numbers, vector_column, "vector")
    if texts is not None or (not strings and text_column is None):
        return _texts_next_to(path, texts), vectors
    return _only(path, strings, text_column, "text").tolist(), vectors


def _refuse_larger(path: Path) -> None:
    """Refuse an archive whose arrays would fill far more memory than the archive has bytes.

    Raises:
        TeacherError: They would.
        BadZipFile: It is no archive.
    """
    from zipfile import ZipFile

    refuse_irregular(path)
    with ZipFile(path) as archive:
        Unpacked(path, TeacherError).add(sum(entry.file_size for entry in archive.infolist()))


def _safetensors(path: Path, vector_column: str | None) -> npt.NDArray[Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file  # numpy has no bf16

    try:
        refuse_irregular(path)
        tensors = load_file(path)
    except (SafetensorError, AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
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

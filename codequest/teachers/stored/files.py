"""Texts and vectors out of files, by their suffix."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy.typing as npt

from codequest.arguments import did_you_mean_path, path_given
from codequest.errors import CodequestError, InvalidInputError, TeacherError
from codequest.space import Side
from codequest.teachers.stored.arrays import read_arrays
from codequest.teachers.stored.arrow_files import ARROW_FILES, read_arrow
from codequest.teachers.stored.columns import TextsAndVectors
from codequest.teachers.stored.shards import MANIFEST_FILE, read_shards
from codequest.teachers.stored.tables import has_vectors, read_json
from codequest.teachers.stored.text_files import read_texts

_JSON = {".json", ".jsonl"}
_ARRAYS = {".npy", ".npz", ".safetensors"}
VECTOR_FILES = sorted(_JSON | _ARRAYS | set(ARROW_FILES))
FILES_OF: dict[Side, str] = {"query": "queries", "document": "documents"}
"""Names of the files in a folder of stored vectors, without their endings."""


def read_index(
    vectors: str | Path, texts: str | Path | None = None, *, side: Side = "document"
) -> tuple[npt.NDArray[Any], list[str]]:
    """The vectors of an index, (n, dim), as they are stored, and their texts.

    Args:
        vectors: A file that `read_vectors` reads, or a folder of stored vectors.
        texts: See `read_vectors`; None for the texts in the file, next to it or in the folder.
        side: Side whose files of the folder are read.

    Raises:
        InvalidInputError: A file of another kind.
        TeacherError: A file is missing or malformed.
        MissingDependencyError: pyarrow is needed and not installed.
    """
    file = Path(vectors).expanduser()
    with explained(file):
        read, stored = read_vectors(_vector_file(file, side), texts=texts)
        return stored, read


def read_stored(vectors: str | Path) -> tuple[npt.NDArray[Any], list[str] | None]:
    """The vectors of an index, (n, dim), as they are stored, and their texts; None where there are none.

    Args:
        vectors: A file that `read_vectors` reads, or a folder of stored vectors.

    Raises:
        InvalidInputError: A file of another kind.
        TeacherError: A file is missing or malformed.
        MissingDependencyError: pyarrow is needed and not installed.
    """
    file = Path(vectors).expanduser()
    with explained(file):
        texts, stored = _read(_vector_file(file, "document"))
        return stored, texts


def _vector_file(given: Path, side: Side) -> Path:
    if not given.is_dir():
        return given
    return find_vectors(given, FILES_OF[side]) or given / f"{FILES_OF[side]}.npy"


def read_vectors(
    path: str | Path,
    *,
    texts: str | Path | None = None,
    text_column: str | None = None,
    vector_column: str | None = None,
) -> TextsAndVectors:
    """Texts and their vectors, row by row.

    ``.npy`` and ``.safetensors`` hold vectors only, ``.npz`` may: then their texts are in the ``.jsonl`` file of the
    same name, a string or an object with a ``text`` in each line.

    Args:
        path: A ``.npy``, ``.npz``, ``.safetensors``, ``.parquet``, ``.feather``, ``.arrow``, ``.json`` or ``.jsonl``.
        texts: Another file with the texts, in place of those in the file or next to it: such a ``.jsonl``, a ``.txt``
            with one in each line, or a ``.parquet``, ``.feather`` or ``.arrow`` with a column of them.
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
    file = path_given(path, "The file of vectors")
    others = None if texts is None else Path(texts).expanduser()
    found, vectors = _read(file, others, text_column=text_column, vector_column=vector_column)
    if found is None and file.is_dir():
        raise TeacherError(f"{file} was embedded without keeping the texts. Name a file that holds them, row by row.")
    if found is None:
        raise TeacherError(
            f"{file} holds vectors without their texts, and there is no {file.with_suffix('.jsonl')}. Expected that "
            'file, with a JSON string or an object with a "text" in each line; or name another one as texts (--texts).'
        )
    return found, vectors


def _read(
    file: Path, texts: Path | None = None, *, text_column: str | None = None, vector_column: str | None = None
) -> tuple[list[str] | None, npt.NDArray[Any]]:
    """`read_vectors`, for callers that can do without texts."""
    if not file.exists():
        raise TeacherError(f"There is no file {file}.{did_you_mean_path(file)}")
    if file.is_dir():
        return _read_shards(file, texts, text_column)
    if file.suffix in _ARRAYS:
        return read_arrays(file, texts, text_column=text_column, vector_column=vector_column)
    if file.suffix not in (*ARROW_FILES, *_JSON):
        raise InvalidInputError(f"{file} is no file of vectors that codequest reads: {', '.join(VECTOR_FILES)}.")
    read = read_arrow if file.suffix in ARROW_FILES else read_json
    found, vectors = read(file, text_column=text_column, vector_column=vector_column, texts=texts is None)
    return found if texts is None else read_texts(texts, text_column), vectors


def _read_shards(
    folder: Path, texts: Path | None, text_column: str | None
) -> tuple[list[str] | None, npt.NDArray[Any]]:
    found, vectors = read_shards(folder, texts=texts is None)
    return found if texts is None else read_texts(texts, text_column), vectors


def find_vectors(folder: Path, name: str) -> Path | None:
    """The file of vectors called `name` in a folder, or the folder of its shards; None if there is neither, nor texts.

    Raises:
        InvalidInputError: There are several.
    """
    texts = folder / f"{name}.jsonl"
    found = [path for suffix in VECTOR_FILES if (path := folder / f"{name}{suffix}") != texts and path.exists()]
    if (folder / MANIFEST_FILE).exists() and (folder / name).is_dir():
        found.append(folder / name)
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise InvalidInputError(f"{names} all claim to be the {name}. Keep one of them.")
    if found or not texts.exists():
        return found[0] if found else None
    return texts if has_vectors(texts) else texts.with_suffix(".npy")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Make every error name the file or folder."""
    try:
        yield
    except CodequestError as error:
        named = str(path) in str(error)
        raise type(error)(str(error) if named else f"{path}: {error}") from error
    except (OSError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise TeacherError(
            f"{path} cannot be read as stored vectors ({type(error).__name__}: {error}). Expected a file of texts and "
            "vectors, .npy or .safetensors with the texts in a .jsonl next to it, or a folder with space.json and such "
            "files named queries and documents."
        ) from error

"""Vectors that someone already computed, as a teacher: no model at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.errors import CodequestError, InvalidInputError, SpaceMismatchError, TeacherError
from codequest.space import EmbeddingSpace, Side, Vectors
from codequest.teachers.base import Teacher, normalized
from codequest.texts import checked_texts

SPACE_FILE = "space.json"


class VectorsTeacher(Teacher):
    """Answers from stored vectors; refuses texts it has no vector of.

    Args:
        space: The space the vectors lie in.
        queries: Query texts and their vectors, (n, dim).
        documents: Document texts and their vectors, (m, dim).

    Raises:
        InvalidInputError: As many texts as vectors are needed, of the space's dim.
        SpaceMismatchError: Vectors that are not finite, or not of unit length where the space is normalized.
    """

    def __init__(
        self,
        space: EmbeddingSpace,
        *,
        queries: tuple[Sequence[str], npt.NDArray[Any]] | None = None,
        documents: tuple[Sequence[str], npt.NDArray[Any]] | None = None,
    ) -> None:
        self._space = space
        self._vectors: dict[Side, Vectors] = {}
        self._positions: dict[Side, dict[str, int]] = {}
        sides: list[tuple[Side, tuple[Sequence[str], npt.NDArray[Any]] | None]] = [
            ("query", queries),
            ("document", documents),
        ]
        for side, given in sides:
            texts, vectors = given if given is not None else ([], np.empty((0, space.dim), np.float32))
            kept = checked_texts(texts, name=f"{side} texts", allow_empty=True)
            self._vectors[side] = _checked(vectors, len(kept), space, side)
            self._positions[side] = {text: position for position, text in enumerate(kept)}

    @classmethod
    def from_folder(cls, folder: str | Path) -> VectorsTeacher:
        """A folder of stored vectors: ``space.json`` with ``queries.npy`` + ``.jsonl``, ``documents.npy`` + ``.jsonl``.

        Every line of a ``.jsonl`` file is a JSON string, or an object with a ``text``; line i belongs to row i.

        Raises:
            TeacherError: A file is missing or malformed.
            InvalidInputError: Texts and vectors do not fit together.
            SpaceMismatchError: Vectors that are not finite, or not of unit length where the space is normalized.
        """
        root = Path(folder).expanduser()
        try:
            space = EmbeddingSpace.from_dict(json.loads((root / SPACE_FILE).read_text(encoding="utf-8")))
            return cls(space, queries=_read_side(root, "queries"), documents=_read_side(root, "documents"))
        except (OSError, json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise TeacherError(
                f"{root} cannot be read as stored vectors ({type(error).__name__}: {error}). Expected {SPACE_FILE} and "
                "queries.npy + queries.jsonl and/or documents.npy + documents.jsonl."
            ) from error
        except CodequestError as error:
            raise type(error)(f"{root}: {error}") from error

    @property
    def space(self) -> EmbeddingSpace:
        return self._space

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        positions = self._positions[side]
        missing = [text for text in texts if text not in positions]
        if missing:
            raise TeacherError(
                f"No stored {side} vector of {missing[0]!r:.80} ({len(missing)} of {len(texts)} texts in this batch "
                f"are missing; {len(positions)} are stored). Stored vectors cannot embed new texts: add them, or load "
                f"the model {self._space.teacher} itself."
            )
        return self._vectors[side][[positions[text] for text in texts]]


def _read_side(root: Path, name: str) -> tuple[list[str], npt.NDArray[Any]] | None:
    vectors_file, texts_file = root / f"{name}.npy", root / f"{name}.jsonl"
    if not vectors_file.exists() and not texts_file.exists():
        return None
    try:
        vectors: npt.NDArray[Any] = np.load(vectors_file, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise TeacherError(f"{vectors_file} is no .npy file of numbers: {error}.") from error
    if not isinstance(vectors, np.ndarray) or vectors.dtype.kind not in "fiu":
        raise TeacherError(f"{vectors_file} is no .npy file of numbers.")
    with texts_file.open(encoding="utf-8") as lines:  # splitlines() would also split within a text, at U+2028
        records = [json.loads(line) for line in lines]
    return [record if isinstance(record, str) else record["text"] for record in records], vectors


def _checked(vectors: npt.NDArray[Any], count: int, space: EmbeddingSpace, side: Side) -> Vectors:
    if vectors.ndim != 2 or vectors.shape != (count, space.dim):
        raise InvalidInputError(
            f"{count} {side} texts need vectors of shape {(count, space.dim)}, got {vectors.shape}. "
            f"Row i must be the vector of text i, in {space}."
        )
    kept = np.ascontiguousarray(vectors, dtype=np.float32)
    try:
        space.check_vectors(kept)
    except SpaceMismatchError as error:
        raise SpaceMismatchError(f"The {side} vectors cannot be used: {error}") from error
    return normalized(kept) if space.normalized else kept

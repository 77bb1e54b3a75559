"""Vectors that someone already computed, as a teacher: no model at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.arguments import did_you_mean_path, path_given
from codequest.errors import InvalidInputError, SpaceMismatchError, TeacherError
from codequest.json_files import read_json
from codequest.progress import Progress, silent
from codequest.space import UNIT_TOLERANCE, EmbeddingSpace, Side, Vectors, as_array, normalized
from codequest.teachers.base import Teacher
from codequest.teachers.stored.files import FILES_OF, explained, find_vectors, read_vectors
from codequest.texts import checked_texts, counted

SPACE_FILE = "space.json"
_SAME = 0.05  # of its length: half precision and repeated API calls move a vector by less


class VectorsTeacher(Teacher):
    """Answers from stored vectors; refuses texts that have no stored vector.

    Args:
        space: The space the vectors lie in.
        queries: Query texts and their vectors, (n, dim).
        documents: Document texts and their vectors, (m, dim).

    Raises:
        InvalidInputError: As many texts as vectors are needed, of the space's dim; a text has two different vectors.
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
            self._positions[side] = _positions(kept, self._vectors[side], side)

    @classmethod
    def from_folder(cls, folder: str | Path) -> VectorsTeacher:
        """A folder of stored vectors: ``space.json``, and files named ``queries`` and ``documents``.

        Each is a file that `read_vectors` reads, such as ``documents.parquet``, or ``queries.npy`` with
        ``queries.jsonl``; line i then belongs to row i, and is a JSON string or an object with a ``text``.

        Raises:
            TeacherError: A file is missing or malformed.
            InvalidInputError: Texts and vectors do not fit together.
            SpaceMismatchError: Vectors that are not finite, or not of unit length where the space is normalized.
        """
        root = path_given(folder, "The folder of stored vectors")
        if not root.is_dir():
            raise TeacherError(
                f"{root} is not a folder. Expected one with {SPACE_FILE}, and files named queries and documents. A "
                f"single file is read by VectorsTeacher.from_file(file, space).{did_you_mean_path(root)}"
            )
        with explained(root):
            remedy = "Expected the attributes of an EmbeddingSpace."
            space = EmbeddingSpace.from_dict(
                read_json(root / SPACE_FILE, dict[str, Any], error=TeacherError, remedy=remedy)
            )
            queries, documents = (find_vectors(root, FILES_OF[side]) for side in ("query", "document"))
            return cls(
                space,
                queries=read_vectors(queries) if queries else None,
                documents=read_vectors(documents) if documents else None,
            )

    @classmethod
    def from_file(
        cls,
        path: str | Path,
        space: EmbeddingSpace,
        *,
        side: Side = "document",
        text_column: str | None = None,
        vector_column: str | None = None,
    ) -> VectorsTeacher:
        """One file, such as an export of a vector store; see `read_vectors`.

        Args:
            path: The file.
            space: The space its vectors lie in; a store does not know that.
            side: Side of its texts: documents or queries.
            text_column: The column with texts, if there is doubt.
            vector_column: The column with vectors, likewise.

        Raises:
            TeacherError: The file is missing or malformed.
            InvalidInputError: Texts and vectors do not fit together.
            SpaceMismatchError: Vectors that are not finite, or not of unit length where the space is normalized.
        """
        with explained(Path(path)):
            read = read_vectors(path, text_column=text_column, vector_column=vector_column)
            return cls(space, queries=read) if side == "query" else cls(space, documents=read)

    @property
    def space(self) -> EmbeddingSpace:
        return self._space

    def texts(self, side: Side) -> list[str]:
        """The distinct texts whose vectors of a side are stored, in their order."""
        return list(self._positions[side])

    def encode(self, texts: Sequence[str], side: Side, *, progress: Progress = silent) -> Vectors:
        self._refuse_missing(texts, side)  # of all texts at once: a batch would know only its own
        return super().encode(texts, side, progress=progress)

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        self._refuse_missing(texts, side)
        positions = self._positions[side]
        return self._vectors[side][[positions[text] for text in texts]]

    def _refuse_missing(self, texts: Sequence[str], side: Side) -> None:
        positions = self._positions[side]
        missing = [text for text in texts if text not in positions]
        if missing:
            raise TeacherError(
                f"No stored {side} vector of {missing[0]!r:.80} ({len(missing)} of {len(texts)} texts are missing; "
                f"{len(positions)} are stored). Stored vectors cannot embed new texts: add them, or load the model "
                f"{self._space.teacher} itself."
            )


def _checked(given: npt.ArrayLike, count: int, space: EmbeddingSpace, side: Side) -> Vectors:
    vectors = as_array(given)
    if vectors.shape != (count, space.dim):
        raise InvalidInputError(
            f"{counted(count, f'{side} text needs', f'{side} texts need')} vectors of shape {(count, space.dim)}, got "
            f"{vectors.shape}. Row i must be the vector of text i, in {space}."
        )
    kept = np.ascontiguousarray(vectors, dtype=np.float32)
    try:
        space.check_vectors(kept)
    except SpaceMismatchError as error:
        raise SpaceMismatchError(f"The {side} vectors cannot be used: {error}{_mixed(kept)}") from error
    return normalized(kept) if space.normalized else kept


def _mixed(vectors: Vectors) -> str:
    """A further sentence for vectors of which only some are normalized."""
    unit = int((np.abs(np.linalg.norm(vectors, axis=1) - 1) <= UNIT_TOLERANCE).sum())
    if not 0 < unit < len(vectors) or not np.isfinite(vectors).all():
        return ""
    return (
        f" {unit} are of unit length: normalized and raw vectors were mixed, perhaps of two models. Find out where "
        "the others come from before you normalize them."
    )


def _positions(texts: Sequence[str], vectors: Vectors, side: Side) -> dict[str, int]:
    """First position of each text.

    Raises:
        InvalidInputError: A text has two different vectors.
    """
    positions: dict[str, int] = {}
    for position, text in enumerate(texts):
        first = positions.setdefault(text, position)
        apart = np.linalg.norm(vectors[first] - vectors[position]) if first != position else 0.0
        if apart > _SAME * np.linalg.norm(vectors[first]):
            raise InvalidInputError(
                f"The {side} text {text!r:.80} has two different vectors, in rows {first} and {position}. One text has "
                "one vector in a space: keep the right one, or use the texts exactly as they were embedded, with "
                "title or path."
            )
    return positions

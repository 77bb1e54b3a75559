"""A teacher that is asked for queries only: the vectors of its documents are those of an index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from codequest.errors import InvalidInputError
from codequest.progress import Progress, silent
from codequest.space import Side, Vectors
from codequest.teachers.base import Teacher
from codequest.teachers.cache import CachedTeacher
from codequest.teachers.stored.teacher import VectorsTeacher


class IndexedTeacher(CachedTeacher):
    """A cached teacher that embeds no document of an index again.

    Args:
        teacher: Made the vectors of the index; embeds queries, and documents that are not in it.
        texts: n texts of the index.
        vectors: (n, dim), as they are stored.

    Raises:
        InvalidInputError: As many texts as vectors are needed, of the space's dim; a text has two different vectors.
        SpaceMismatchError: Vectors that are not finite, or not of unit length where the space is normalized.
    """

    def __init__(self, teacher: Teacher, texts: Sequence[str], vectors: npt.NDArray[np.float32]) -> None:
        super().__init__(teacher.teacher if isinstance(teacher, CachedTeacher) else teacher)
        if not len(texts):
            raise InvalidInputError("The index has no documents: give vectors with their texts.")
        self._index = VectorsTeacher(self.space, documents=(texts, vectors))
        self._stored = frozenset(self._index.texts("document"))

    def encode(self, texts: Sequence[str], side: Side, *, progress: Progress = silent) -> Vectors:
        stored = [position for position, text in enumerate(texts) if side == "document" and text in self._stored]
        if not stored:
            return super().encode(texts, side, progress=progress)
        others = sorted(set(range(len(texts))) - set(stored))
        vectors = np.empty((len(texts), self.space.dim), dtype=np.float32)
        vectors[stored] = self._index.encode([texts[position] for position in stored], side)
        if others:
            vectors[others] = super().encode([texts[position] for position in others], side, progress=progress)
        return vectors

    def missing(self, texts: Sequence[str], side: Side) -> list[str]:
        others = [text for text in texts if text not in self._stored] if side == "document" else texts
        return super().missing(others, side)

"""Teacher: the large model whose space the index lies in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from codequest.errors import TeacherError
from codequest.progress import Progress, silent
from codequest.space import EmbeddingSpace, Side, Vectors
from codequest.texts import batches_by_length, checked_texts


class Teacher(ABC):
    """Embeds queries and documents into its own space.

    A subclass gives `space` and `embed_batch`. Checking and batching texts, progress, number format and
    normalisation happen here, once.

    Attributes:
        max_texts: Most texts in a batch.
        max_characters: Most characters in a batch after padding; a character is about a quarter of a token.
        variant: Tells teachers of one space apart whose vectors differ; they are not kept in its cache.
    """

    variant: str = ""
    max_texts: ClassVar[int] = 128
    max_characters: int = 4096

    @property
    @abstractmethod
    def space(self) -> EmbeddingSpace:
        """Where the vectors lie."""

    @abstractmethod
    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        """Vectors, (batch, dim), of texts that are already checked; prompts are this method's business."""

    def encode_queries(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Embed queries as the teacher embeds queries.

        Args:
            texts: n queries, none of them empty.
            progress: Called after every batch.

        Returns:
            float32 (n, dim), in the order given; unit rows when the space is normalized.

        Raises:
            InvalidInputError: Not a list of non-empty strings.
            TeacherError: The teacher failed, or returned vectors that cannot be right.
        """
        return self.encode(checked_texts(texts, name="queries"), "query", progress=progress)

    def encode_documents(self, texts: Sequence[str], *, progress: Progress = silent) -> Vectors:
        """Embed documents as the teacher embeds documents; arguments and results as in `encode_queries`.

        Empty documents are allowed: an empty file in a corpus is no reason to stop.
        """
        return self.encode(checked_texts(texts, name="documents", allow_empty=True), "document", progress=progress)

    def encode(self, texts: Sequence[str], side: Side, *, progress: Progress = silent) -> Vectors:
        """Embed checked texts of one side; `encode_queries` and `encode_documents` are the public way in."""
        vectors = np.empty((len(texts), self.space.dim), dtype=np.float32)
        done = 0
        for batch in batches_by_length(texts, max_texts=self.max_texts, max_characters=self.max_characters):
            vectors[batch] = self.checked_vectors(self.embed_batch([texts[i] for i in batch], side), len(batch))
            done += len(batch)
            progress(f"teacher embeds {_plural(side)}", done, len(texts))
        return vectors

    def checked_vectors(self, vectors: npt.NDArray[Any], count: int) -> Vectors:
        """Vectors as float32, normalized if the space is, after a check of shape and values.

        Raises:
            TeacherError: Another number of vectors, another dim, NaN or infinity.
        """
        if vectors.shape != (count, self.space.dim):
            raise TeacherError(
                f"{self.space.teacher} returned vectors of shape {vectors.shape}, expected {(count, self.space.dim)}. "
                "Is it another model, or another version of it?"
            )
        checked = np.ascontiguousarray(vectors, dtype=np.float32)
        if not np.isfinite(checked).all():
            raise TeacherError(
                f"{self.space.teacher} returned NaN or infinity for {int((~np.isfinite(checked)).any(1).sum())} of "
                f"{count} texts. A teacher in half precision may overflow: load it in fp32."
            )
        return normalized(checked) if self.space.normalized else checked


class WrappingTeacher(Teacher):
    """A teacher in the space of another, whose vectors it takes; a subclass gives `encode`, which does the batching.

    Args:
        teacher: The other one.

    Attributes:
        teacher: The other one.
    """

    def __init__(self, teacher: Teacher) -> None:
        self.teacher = teacher
        self.max_characters = teacher.max_characters

    @property
    def space(self) -> EmbeddingSpace:
        return self.teacher.space

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        return self.encode(texts, side)

    @abstractmethod
    def encode(self, texts: Sequence[str], side: Side, *, progress: Progress = silent) -> Vectors:
        """As in `Teacher`, of all texts at once."""


def normalized(vectors: Vectors) -> Vectors:
    """The vectors with unit rows; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit


def _plural(side: Side) -> str:
    return "queries" if side == "query" else "documents"

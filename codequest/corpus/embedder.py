"""What embeds a corpus: a teacher, or a light encoder in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from codequest.adapters.reference_vectors import ReferenceVectors
from codequest.errors import InvalidInputError, TeacherError
from codequest.space import EmbeddingSpace, Side
from codequest.teachers import Teacher, load_teacher

if TYPE_CHECKING:
    from codequest.encoders import QueryEncoder


class LightTeacher(Teacher):
    """A light encoder where a teacher stands: its vectors lie in the teacher's space.

    Args:
        encoder: Embeds queries; documents where it was trained for them.
    """

    variant = "light"
    max_texts, batch_tokens = 1024, 65_536  # a table of rows spends more on a small batch than on the texts in it

    def __init__(self, encoder: QueryEncoder) -> None:
        self.encoder = encoder

    @property
    def space(self) -> EmbeddingSpace:
        return self.encoder.space

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        return self.encoder.encode(texts) if side == "query" else self.encoder.encode_documents(texts)


@dataclass(frozen=True, slots=True)
class Embedder:
    """What embeds a corpus, by its name: every process of a run loads it for itself.

    Attributes:
        name: Name for `load_teacher`, or of an adapter.
        light: Whether it is an adapter.
        dim: Length that a model's vectors are truncated to; None for all of it.
        loaded: A teacher that is there already; it cannot be sent to another process.
    """

    name: str
    light: bool = False
    dim: int | None = None
    loaded: Teacher | None = None

    @classmethod
    def chosen(cls, teacher: str | Teacher | None, encoder: str | None, dim: int | None) -> Embedder:
        """The one that was named.

        Raises:
            InvalidInputError: Neither or both were named, or a dim of what is no model.
        """
        if (teacher is None) == (encoder is None):
            raise InvalidInputError("Name what embeds: either a teacher, or a light encoder.")
        if encoder is not None:
            if dim is not None:
                raise InvalidInputError("The vectors of an encoder are not truncated: leave dim out.")
            return cls(_absolute(encoder), light=True)
        if isinstance(teacher, Teacher):
            return cls(teacher.space.teacher, dim=dim, loaded=teacher)
        return cls(_absolute(str(teacher)), dim=dim)

    def refuse_loaded(self) -> None:
        """Refuse a teacher that is no name, for a run whose workers load it themselves.

        Raises:
            InvalidInputError: It is an object of this process.
        """
        if self.loaded is not None:
            raise InvalidInputError(
                f"The workers of Ray load the teacher themselves: give its name, not a {type(self.loaded).__name__}. "
                "One of your own has a name where its package has an entry point in the group codequest.teachers."
            )

    def load(self) -> Teacher:
        """The teacher, or the encoder as one.

        Raises:
            CodequestError: It cannot be loaded.
        """
        if self.loaded is not None:
            return self.loaded
        if not self.light:
            return load_teacher(self.name, dim=self.dim)
        from codequest.encoders import QueryEncoder

        return LightTeacher(QueryEncoder.from_pretrained(self.name))


def _absolute(name: str) -> str:
    """A name that other processes understand as well: a folder by its whole path."""
    path = Path(name).expanduser()
    return str(path.resolve()) if name.startswith((".", "~")) and path.is_dir() else name


def reference_vectors(teacher: Teacher, side: Side) -> ReferenceVectors | None:
    """Vectors by which what embeds is recognized; None of stored vectors, which embed no other texts.

    Raises:
        InvalidInputError: An encoder that was trained for queries alone is to embed documents.
        TeacherError: The teacher failed.
    """
    from codequest.teachers import VectorsTeacher

    if isinstance(teacher, VectorsTeacher):
        return None
    if isinstance(teacher, LightTeacher) and side == "query" and not teacher.encoder.documents:
        return None
    return ReferenceVectors.of(teacher)


def still_works(teacher: Teacher, side: Side) -> bool:
    """Tell whether a teacher that failed embeds a short text, which any teacher can."""
    try:
        teacher.encode_batch(["def add(a, b): return a + b"], side)
    except (TeacherError, InvalidInputError, RuntimeError):
        return False
    return True

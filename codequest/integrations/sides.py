"""Sides: a query encoder, and the teacher that embeds the documents it searches."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from codequest.encoders.given import GivenEncoder, encoder_given
from codequest.errors import TeacherError
from codequest.space import EmbeddingSpace, Vectors
from codequest.teachers import Teacher, load_teacher
from codequest.teachers.registry import teacher_given


class Sides:
    """Queries through the encoder, documents through its teacher, from as many threads as ask.

    Args:
        encoder: The encoder, or what `QueryEncoder.from_pretrained` loads: a folder, a name, a repository.
        teacher: The teacher, or what `load_teacher` loads; None where only queries are embedded.

    Attributes:
        encoder: The encoder.
        teacher: The teacher, if there is one.

    Raises:
        SpaceMismatchError: The teacher is not the one of the encoder's space.
        AdapterFormatError: There is no such encoder.
        WeightsNotFoundError: There is no such teacher on this machine, and it cannot be fetched.
    """

    def __init__(self, encoder: GivenEncoder, teacher: Teacher | str | None = None) -> None:
        self.encoder = encoder_given(encoder)
        loaded = load_teacher(teacher) if isinstance(teacher, str) else teacher
        self.teacher = None if loaded is None else teacher_given(loaded)
        if self.teacher is not None:
            self.space.check(self.teacher.space, context="This teacher cannot embed documents for this encoder")
        # Tokenizers of Hugging Face keep their padding in themselves, and two threads would change it under each other.
        self._querying, self._embedding = Lock(), Lock()

    @property
    def space(self) -> EmbeddingSpace:
        """The space of the vectors of both sides."""
        return self.encoder.space

    def embed_queries(self, queries: Sequence[str]) -> Vectors:
        """The encoder's vectors, (n, dim).

        Raises:
            InvalidInputError: An empty query, or something that is not a string.
        """
        with self._querying:
            return self.encoder.encode(queries)

    def embed_documents(self, documents: Sequence[str]) -> Vectors:
        """The teacher's vectors, (n, dim).

        Raises:
            TeacherError: There is no teacher.
            InvalidInputError: Something that is not a string.
        """
        if self.teacher is None:
            raise TeacherError(
                f"Documents are embedded by {self.space.teacher}, and no teacher was given. Give it as "
                f"teacher='auto:{self.space.teacher}', or search an index that it has already made."
            )
        with self._embedding:
            return self.teacher.encode_documents(documents)

"""Haystack: components that embed queries with an encoder, and documents with its teacher.

Haystack reads a stored pipeline with them if it is told to trust them:
``Pipeline.loads(text, allowed_modules=["codequest.integrations.haystack"])``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from codequest.encoders import QueryEncoder
from codequest.errors import InvalidInputError, require
from codequest.teachers import Teacher, load_teacher
from codequest.teachers.registry import refuse_other_machines
from codequest.texts import counted

require("haystack", extra="haystack")
from haystack import Document, component, default_from_dict, default_to_dict  # noqa: E402


@component
class CodequestTextEmbedder:
    """Embeds a query with a light encoder; loaded when it warms up.

    Args:
        encoder: Folder, name or repository of the encoder: a name, because a pipeline is stored as text.
    """

    def __init__(self, encoder: str) -> None:
        self.encoder = encoder
        self._loaded: QueryEncoder | None = None

    def warm_up(self) -> None:
        """Load the encoder.

        Raises:
            AdapterFormatError: There is no such encoder.
        """
        if self._loaded is None:
            self._loaded = QueryEncoder.from_pretrained(self.encoder)

    @component.output_types(embedding=list[float])
    def run(self, text: str) -> dict[str, list[float]]:
        """The vector of a query.

        Raises:
            InvalidInputError: An empty query.
        """
        self.warm_up()
        assert self._loaded is not None
        return {"embedding": self._loaded.encode([text])[0].tolist()}

    def to_dict(self) -> dict[str, Any]:
        """Values that `from_dict` reads."""
        return default_to_dict(self, encoder=self.encoder)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CodequestTextEmbedder:
        """A component from what `to_dict` gave."""
        return default_from_dict(cls, data)


@component
class CodequestDocumentEmbedder:
    """Embeds documents with the teacher of an encoder's space; loaded when it warms up.

    Args:
        teacher: What `load_teacher` loads, such as ``"auto:sentence-transformers/all-mpnet-base-v2"``.
    """

    def __init__(self, teacher: str) -> None:
        self.teacher = teacher
        self._loaded: Teacher | None = None

    def warm_up(self) -> None:
        """Load the teacher.

        Raises:
            WeightsNotFoundError: There is no such teacher on this machine, and it cannot be fetched.
        """
        if self._loaded is None:
            self._loaded = load_teacher(self.teacher)

    @component.output_types(documents=list[Document])
    def run(self, documents: list[Document]) -> dict[str, list[Document]]:
        """Copies of the documents, with their vectors.

        Raises:
            InvalidInputError: A document without text.
        """
        without = [document.id for document in documents if document.content is None]
        if without:
            raise InvalidInputError(
                f"{len(without)} of {counted(len(documents), 'document has', 'documents have')} no text, such as "
                f"{without[0]}. Convert them to text first, or leave them out."
            )
        self.warm_up()
        assert self._loaded is not None
        vectors = self._loaded.encode_documents([str(document.content) for document in documents])
        embedded = zip(documents, vectors.tolist(), strict=True)
        return {"documents": [replace(document, embedding=vector) for document, vector in embedded]}

    def to_dict(self) -> dict[str, Any]:
        """Values that `from_dict` reads."""
        return default_to_dict(self, teacher=self.teacher)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> CodequestDocumentEmbedder:
        """A component from what `to_dict` gave.

        Raises:
            TeacherError: The teacher is not on this machine, and whoever stored the pipeline must not choose it.
        """
        name = data.get("init_parameters", {}).get("teacher", "")
        remedy = f"make that component in your own code: CodequestDocumentEmbedder({name!r})."
        refuse_other_machines("The stored pipeline", name, remedy=remedy)
        return default_from_dict(cls, data)

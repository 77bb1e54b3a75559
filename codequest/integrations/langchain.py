"""LangChain: a query encoder and its teacher as `Embeddings`."""

from __future__ import annotations

from pathlib import Path

from codequest.encoders import QueryEncoder
from codequest.errors import require
from codequest.integrations.sides import Sides
from codequest.teachers import Teacher

require("langchain_core", extra="langchain")
from langchain_core.embeddings import Embeddings  # noqa: E402


class CodequestEmbeddings(Embeddings):
    """Queries by a light encoder, documents by its teacher; both may be awaited, which takes a thread of LangChain's.

    Args:
        encoder: The encoder, or the folder, name or repository it is loaded from.
        teacher: The teacher, or its name; None where the index already exists.

    Raises:
        SpaceMismatchError: The teacher is not the one of the encoder's space.
    """

    def __init__(self, encoder: QueryEncoder | str | Path, *, teacher: Teacher | str | None = None) -> None:
        self.sides = Sides(encoder, teacher)

    def embed_query(self, text: str) -> list[float]:
        """The encoder's vector.

        Raises:
            InvalidInputError: An empty query.
        """
        vector: list[float] = self.sides.embed_queries([text])[0].tolist()
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The teacher's vectors.

        Raises:
            TeacherError: There is no teacher.
        """
        vectors: list[list[float]] = self.sides.embed_documents(texts).tolist()
        return vectors

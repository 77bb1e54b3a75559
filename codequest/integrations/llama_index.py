"""LlamaIndex: a query encoder and its teacher as `BaseEmbedding`."""

from __future__ import annotations

import asyncio
from typing import Any

from codequest.errors import require
from codequest.integrations.sides import Sides
from codequest.teachers.registry import refuse_other_machines

require("llama_index.core", extra="llama-index")
from llama_index.core.base.embeddings.base import BaseEmbedding  # noqa: E402
from llama_index.core.bridge.pydantic import Field, PrivateAttr  # noqa: E402


class CodequestEmbedding(BaseEmbedding):
    """Queries by a light encoder, documents by its teacher.

    Both are names and not objects, because LlamaIndex stores an embedding model by its fields.

    Raises:
        SpaceMismatchError: The teacher is not the one of the encoder's space.
    """

    encoder: str = Field(description="Folder, name or repository of the query encoder.")
    teacher: str | None = Field(default=None, description="Name of the teacher; none where the index already exists.")

    _sides: Sides = PrivateAttr()

    def __init__(self, encoder: str, *, teacher: str | None = None, **fields: Any) -> None:
        sides = Sides(encoder, teacher)
        super().__init__(**{"model_name": encoder, **fields, "encoder": encoder, "teacher": teacher})
        self._sides = sides

    @classmethod
    def from_dict(cls, data: dict[str, Any], **fields: Any) -> CodequestEmbedding:
        """A model from what `to_dict` gave, with fields of the caller's.

        Raises:
            TeacherError: The teacher is not on this machine, and whoever stored the model must not choose it.
        """
        name = data.get("teacher")
        if "teacher" not in fields and name is not None:
            remedy = f"say it in your own code: CodequestEmbedding.from_dict(…, teacher={name!r})."
            refuse_other_machines("The stored embedding model", name, remedy=remedy)
        return super().from_dict(data, **fields)

    @classmethod
    def class_name(cls) -> str:
        return "CodequestEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._sides.embed_queries([query])[0].tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._sides.embed_documents(texts).tolist()
        return vectors

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return (await self._aget_text_embeddings([text]))[0]

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)

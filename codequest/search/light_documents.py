"""Light vectors of documents: what makes an index searchable within seconds, until its teacher has embedded it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from codequest.adapters import find_adapter
from codequest.adapters.folder import read_config
from codequest.encoders.base import QueryEncoder
from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.space import EmbeddingSpace, Vectors

SHIPPED = ("static-documents", "static")
"""Adapters that come with codequest and embed documents lightly, the best first."""


class LightDocuments:
    """Embeds documents into the space of an index, thousands a second, by an adapter that is loaded when it is needed.

    Args:
        adapter: Name or folder of the adapter.

    Attributes:
        adapter: The same, as it is kept in the index.

    Raises:
        AdapterFormatError: There is no such adapter.
    """

    def __init__(self, adapter: str | Path) -> None:
        folder = find_adapter(adapter)
        self.adapter = str(adapter) if adapter in SHIPPED else str(folder.resolve())
        self.space = read_config(folder).space
        self._encoder: QueryEncoder | None = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of documents, (texts, dim)."""
        if self._encoder is None:
            self._encoder = QueryEncoder.from_pretrained(find_adapter(self.adapter))
        embed = self._encoder.encode_documents if self._encoder.documents else self._encoder.encode
        return embed(list(texts))


def shipped_space(teacher: str) -> EmbeddingSpace | None:
    """The space of a teacher by its name, as adapters that come with codequest have it; None where none does.

    Args:
        teacher: Name as in `codequest.load_teacher`.
    """
    model = teacher.removeprefix("auto:").removeprefix("local:")
    spaces = (LightDocuments(name).space for name in SHIPPED)
    return next((space for space in spaces if space.teacher == model), None)


def light_documents(space: EmbeddingSpace, adapter: str | Path | None = None) -> LightDocuments | None:
    """What embeds documents lightly into a space; None where there is nothing for it.

    Args:
        space: That of the index.
        adapter: Adapter to do it; by default the best of those that come with codequest.

    Raises:
        AdapterFormatError: There is no such adapter.
        SpaceMismatchError: It embeds into another space.
    """
    if adapter is None:
        fitting = (LightDocuments(name) for name in SHIPPED)
        return next((found for found in fitting if found.space == space), None)
    if not isinstance(adapter, (str, Path)):
        raise InvalidInputError(
            f"light_encoder must be the name or folder of an adapter, got {type(adapter).__name__}."
        )
    given = LightDocuments(adapter)
    if given.space != space:
        raise SpaceMismatchError(
            f"The adapter {str(adapter)!r} embeds into {given.space}; this index lies in {space}. Give an adapter of "
            "that teacher to embed documents lightly, or none."
        )
    return given

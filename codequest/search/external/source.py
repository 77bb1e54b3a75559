"""What a search needs of a vector store, and what it finds there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from codequest.errors import InvalidInputError
from codequest.integrations.stores import StoredVectors
from codequest.space import Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFields:
    """Under which names a store keeps what a hit shows: keys of a payload, or columns. Empty for what it does not keep.

    Attributes:
        text: The code.
        path: Its file.
        start_line: First line in it, from 1.
        end_line: Last line, inclusive.
        language: Its language, as `SearchHit.language`.
        kind: What it is, as `SearchHit.kind`; another word counts as ``"window"``.
        symbol: Its name.

    Raises:
        InvalidInputError: Text or path is not given.
    """

    text: str = "text"
    path: str = "path"
    start_line: str = ""
    end_line: str = ""
    language: str = ""
    kind: str = ""
    symbol: str = ""

    def __post_init__(self) -> None:
        if not self.text or not self.path:
            raise InvalidInputError("StoreFields needs the names of text and path: a hit is shown by them.")

    def names(self) -> list[str]:
        """The names that are given."""
        return [value for value in (getattr(self, field.name) for field in fields(self)) if value]

    def check(self, store: str, known: Sequence[str]) -> None:
        """Refuse names that a store does not have.

        Args:
            store: Its name in messages.
            known: What it has.

        Raises:
            InvalidInputError: It has no such key or column.
        """
        missing = [name for name in self.names() if name not in known]
        if missing:
            raise InvalidInputError(
                f"{store} has no {', '.join(map(repr, missing))}; it has {', '.join(map(repr, known)) or 'nothing'}. "
                'Say where texts and paths are: StoreFields(text="…", path="…").'
            )


@dataclass(frozen=True, slots=True)
class StoreRecord:
    """A record of a store.

    Attributes:
        key: Its id there.
        values: By the names of the store.
        cosine: To the query.
        words: BM25 of the query's words; 0 where it was not found by them.
    """

    key: Any
    values: Mapping[str, Any]
    cosine: float
    words: float = 0.0


class StoreSource(ABC):
    """A store.

    Attributes:
        stored: What it says of itself.
        has_words: Whether it finds texts by their words.
    """

    stored: StoredVectors
    has_words: bool = False

    @abstractmethod
    def __len__(self) -> int:
        """Number of its records."""

    @abstractmethod
    def nearest(self, query_vector: Vectors, limit: int) -> list[StoreRecord]:
        """The records nearest to a query, (dim,), nearest first."""

    def by_words(self, query: str, query_vector: Vectors, limit: int) -> list[StoreRecord]:
        """The records that share most with the words of a query, best first."""
        raise NotImplementedError

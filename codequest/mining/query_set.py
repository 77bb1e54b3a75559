"""Comparison of queries: which are the same."""

from __future__ import annotations

from collections.abc import Iterable

from codequest.code.identifiers import content_words
from codequest.data.query_files import normal_form


class QuerySet:
    """Queries to compare with: the same text or the same content words are the same query."""

    def __init__(self, queries: Iterable[str]) -> None:
        self._texts: set[str] = set()
        self._words: set[frozenset[str]] = set()
        for query in queries:
            self.add(query)

    def __contains__(self, query: str) -> bool:
        return normal_form(query) in self._texts or content_words(query) in self._words

    def __bool__(self) -> bool:
        return bool(self._texts)

    def add(self, query: str) -> None:
        """Take in one more query."""
        self._texts.add(normal_form(query))
        self._words.add(content_words(query))

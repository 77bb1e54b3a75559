"""Words of queries: which carry the content, and which are the same query."""

from __future__ import annotations

from collections.abc import Iterable

from codequest.syntax.identifiers import split_name
from codequest.training.data import normal_form

# fmt: off
FUNCTION_WORDS = frozenset((
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because", "been",
    "before", "being", "between", "both", "but", "by", "can", "could", "did", "do", "does", "doing", "done", "each",
    "else", "every", "few", "for", "from", "get", "gets", "had", "has", "have", "having", "he", "her", "here", "him",
    "his", "how", "i", "if", "in", "into", "is", "it", "its", "itself", "just", "let", "may", "me", "might", "more",
    "most", "must", "my", "need", "no", "nor", "not", "now", "of", "off", "on", "once", "one", "only", "or", "other",
    "our", "out", "over", "own", "same", "she", "should", "shall", "since", "so", "some", "such", "than", "that",
    "the", "their", "them", "then", "there", "these", "they", "this", "those", "through", "to", "too", "under",
    "until", "up", "upon", "us", "use", "used", "uses", "using", "very", "via", "want", "was", "way", "we", "were",
    "what", "when", "where", "whether", "which", "while", "who", "whom", "why", "will", "with", "within", "without",
    "would", "you", "your",
))
# fmt: on
"""English words that carry no content; those of code search, such as *use* and *way*, among them."""


def content_words(text: str) -> frozenset[str]:
    """The lower-cased words of a text that carry its content, identifiers split; all words where none does."""
    words = frozenset(word.lower() for word in split_name(text))
    return words - FUNCTION_WORDS or words


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

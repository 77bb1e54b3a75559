"""The words of a query in the texts that are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codequest.code.identifiers import content_words, split_name

_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?<=\w{3})(?:ies|ied|ying|y|ing|ed|ers?|es|e|s)$")


def asked_stems(query: str) -> frozenset[str]:
    """The stems of those words of a query that carry content."""
    return frozenset(_stem(word) for word in content_words(query))


def asked_words(text: str, asked: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """Begin, end and stem of the words of a text that a query asks for, in any inflection, alone or in an identifier.

    They are counted, never looked up in lower case: that may be longer, and that of one letter depends on others.

    Args:
        text: A text.
        asked: Stems of a query.
    """
    for found in _WORD.finditer(text):
        start = found.start()
        for word in split_name(found.group()):  # these follow each other without a gap
            stem = _stem(word)
            if stem in asked:
                yield start, start + len(word), stem
            start += len(word)


def _stem(word: str) -> str:
    """Close enough to what the full-text index does to show why a chunk was found."""
    return _ENDING.sub("", word.casefold())

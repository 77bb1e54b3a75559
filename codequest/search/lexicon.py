"""Code and queries as words of the full-text index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from codequest.code.identifiers import split_name

_IDENTIFIER = re.compile(r"\w+")
_MOST_CHARACTERS = 40  # of a word: longer ones are hashes or encoded data
_KEPT = 80  # characters of an identifier whose words are kept for the next time


def words(text: str) -> Iterator[str]:
    """The words of a text in lower case; an identifier of several words comes whole, too.

    ``getUserName`` and ``get_user_name`` both give get, user, name and getusername.
    """
    for identifier in _IDENTIFIER.findall(text):
        yield from _forms(identifier) if len(identifier) <= _KEPT else _split(identifier)


@lru_cache(maxsize=65_536)
def _forms(identifier: str) -> tuple[str, ...]:
    """The words of an identifier; code repeats its own again and again."""
    return tuple(_split(identifier))


def _split(identifier: str) -> Iterator[str]:
    parts = [part.lower() for part in split_name(identifier)]
    yield from (part for part in parts if len(part) <= _MOST_CHARACTERS)
    whole = "".join(parts)
    if len(parts) > 1 and len(whole) <= _MOST_CHARACTERS:
        yield whole

"""Code and queries as words of the full-text index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from codequest.code.identifiers import split_name

_IDENTIFIER = re.compile(r"\w+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_MOST_CHARACTERS = 40  # of a word: longer ones are hashes or encoded data
_KEPT = 80  # characters of an identifier whose words are kept for the next time


def words(text: str) -> Iterator[str]:
    """The words of a text in lower case; an identifier of several words comes whole, too.

    ``getUserName`` and ``get_user_name`` both give get, user, name and getusername. Of scripts without spaces between
    words come all pairs of neighbouring characters, and a character that stands alone.
    """
    for identifier in _IDENTIFIER.findall(text):
        yield from _forms(identifier) if len(identifier) <= _KEPT else _split(identifier)


@lru_cache(maxsize=65_536)
def _forms(identifier: str) -> tuple[str, ...]:
    """The words of an identifier; code repeats its own again and again."""
    return tuple(_split(identifier))


def _split(identifier: str) -> Iterator[str]:
    if _UNSPACED.search(identifier):
        for run in _UNSPACED.findall(identifier):
            yield from (run[place : place + 2] for place in range(max(len(run) - 1, 1)))
        for rest in filter(None, _UNSPACED.split(identifier)):
            yield from _split(rest)
        return
    parts = [part.lower() for part in split_name(identifier)]
    yield from (part for part in parts if len(part) <= _MOST_CHARACTERS)
    whole = "".join(parts)
    if len(parts) > 1 and len(whole) <= _MOST_CHARACTERS:
        yield whole

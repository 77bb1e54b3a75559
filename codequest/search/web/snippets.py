"""Code as HTML: highlighted by Pygments, the words of the query marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape

from codequest.code.identifiers import content_words, split_name
from codequest.search.lexers import lexer_name

_MOST_CHARACTERS = 400  # of a line: minified code and data need no highlighting to be recognized
_WORD = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"(?<=\w{3})(?:ies|ied|ying|y|ing|ed|ers?|es|e|s)$")
_OPTIONS = {"php": {"startinline": True}}  # a function of a file stands without its <?php

_Piece = tuple[str, str]


def highlighted(text: str, language: str, query: str) -> list[str]:
    """The lines of a text as HTML, one string each, without newline characters.

    Tokens are ``<span class="…">`` with the short names of Pygments, and words of the query are in ``<mark>``.

    Args:
        text: Code as it was indexed.
        language: As in `codequest.search.SearchHit`.
        query: Words of it are marked wherever they stand alone or in an identifier, in any inflection.
    """
    asked = frozenset(_stem(word) for word in content_words(query))
    return ["".join(_element(kind, _marked(piece, asked)) for kind, piece in line) for line in _lines(text, language)]


@lru_cache(maxsize=2048)
def _lines(text: str, language: str) -> tuple[tuple[_Piece, ...], ...]:
    """The tokens of every line; kept, because most hits are found again by the next letter that is typed."""
    cut = "\n".join(_shortened(line) for line in text.split("\n"))
    lines: list[list[_Piece]] = [[]]
    for kind, value in _tokens(cut, language):
        first, *rest = value.split("\n")
        for number, piece in enumerate((first, *rest)):
            if number:
                lines.append([])
            if piece:
                lines[-1].append((kind, piece))
    return tuple(tuple(line) for line in lines)


def _shortened(line: str) -> str:
    return line if len(line) <= _MOST_CHARACTERS else line[:_MOST_CHARACTERS] + " …"


def _tokens(text: str, language: str) -> Iterator[_Piece]:
    from pygments.lexers import get_lexer_by_name
    from pygments.token import STANDARD_TYPES
    from pygments.util import ClassNotFound

    name, plain = lexer_name(language), {"stripnl": False, "ensurenl": False}
    try:
        lexer = get_lexer_by_name(name, **plain, **_OPTIONS.get(name, {}))
    except ClassNotFound:
        lexer = get_lexer_by_name("text", **plain)
    for kind, value in lexer.get_tokens(text):
        yield next(STANDARD_TYPES[known] for known in reversed(kind.split()) if known in STANDARD_TYPES), value


def _element(kind: str, html: str) -> str:
    return f'<span class="{kind}">{html}</span>' if kind and kind != "w" else html


def _marked(piece: str, asked: frozenset[str]) -> str:
    """The piece escaped; words of an identifier are found apart from each other."""
    parts, end = [], 0
    for found in _WORD.finditer(piece):
        start = found.start()
        for word in split_name(found.group()):
            start = piece.lower().index(word.lower(), start)
            if _stem(word.lower()) in asked:
                parts += [escape(piece[end:start]), f"<mark>{escape(piece[start : start + len(word)])}</mark>"]
                end = start + len(word)
            start += len(word)
    return "".join([*parts, escape(piece[end:])])


def _stem(word: str) -> str:
    """Close enough to what the full-text index does to show why a chunk was found."""
    return _ENDING.sub("", word)

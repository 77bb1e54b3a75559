"""Code as HTML: highlighted by Pygments, the words of the query marked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from html import escape

from codequest.search.lexers import lexer_name
from codequest.search.shown.asked_words import asked_stems, asked_words
from codequest.texts import visible

_log = logging.getLogger(__name__)
_MOST_CHARACTERS = 400  # of a line: minified code and data need no highlighting to be recognized
_OPTIONS = {"php": {"startinline": True}}  # a function of a file stands without its <?php

_Piece = tuple[str, str]


def highlighted(text: str, language: str, query: str) -> list[str]:
    """The lines of a text as HTML, one string each, without newline characters.

    Tokens are ``<span class="…">`` with the short names of Pygments, words of the query are in ``<mark>``, and what
    cannot be seen is written out in ``<span class="unseen">``. A text that cannot be highlighted is only escaped.

    Args:
        text: Code as it was indexed.
        language: As in `codequest.search.SearchHit`.
        query: Words of it are marked wherever they stand alone or in an identifier, in any inflection.
    """
    try:
        asked = asked_stems(query)
        lines = _lines(text, language)
        return ["".join(_element(kind, _marked(piece, asked)) for kind, piece in line) for line in lines]
    except Exception:  # one text that a lexer fails on must not cost the other hits
        _log.exception("A text of %d characters in %s cannot be highlighted; it is shown plain.", len(text), language)
        return [_html(_shortened(line)) for line in text.split("\n")]


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
    for _, kind, value in lexer.get_tokens_unprocessed(text):  # which changes no character
        yield next(STANDARD_TYPES[known] for known in reversed(kind.split()) if known in STANDARD_TYPES), value


def _element(kind: str, html: str) -> str:
    return f'<span class="{kind}">{html}</span>' if kind and kind != "w" else html


def _marked(piece: str, asked: frozenset[str]) -> str:
    """The piece escaped; words of an identifier are found apart from each other."""
    parts, end = [], 0
    for start, after, _ in asked_words(piece, asked):
        parts += [_html(piece[end:start]), f"<mark>{_html(piece[start:after])}</mark>"]
        end = after
    return "".join([*parts, _html(piece[end:])])


def _html(text: str) -> str:
    return visible(escape(text), write=_unseen)


def _unseen(character: str) -> str:
    return f'<span class="unseen">U+{ord(character):04X}</span>'

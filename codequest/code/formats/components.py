"""Scripts of components and pages: files of markup with parts in other languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from codequest.code.languages import Language
from codequest.code.languages.web import JAVASCRIPT, TSX, TYPESCRIPT

_PAGES = {".vue": JAVASCRIPT, ".svelte": JAVASCRIPT, ".astro": TYPESCRIPT, ".html": JAVASCRIPT, ".htm": JAVASCRIPT}
"""Ends of names, with the language of a script that does not say its own."""

_LANGUAGES = {
    **dict.fromkeys(("ts", "typescript", "text/typescript", "application/typescript"), TYPESCRIPT),
    **dict.fromkeys(("tsx",), TSX),
    **dict.fromkeys(("js", "jsx", "javascript", "module", "text/javascript", "text/babel", "text/jsx"), JAVASCRIPT),
    **dict.fromkeys(("application/javascript", "text/ecmascript", "es6"), JAVASCRIPT),
}
_FRONT = re.compile(r"\s*---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_QUOTED = r"\"[^\"]{0,300}\"|'[^']{0,300}'"
_OPENS = re.compile(rf"<!--|<script\b((?:[^<>\"'/]|/(?!>)|{_QUOTED}){{0,400}})(/?)>", re.IGNORECASE)
_CLOSES = re.compile(r"</script\s*>", re.IGNORECASE)
_SAYS = re.compile(r"\b(?:lang|type)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Script:
    """A script in a file.

    Attributes:
        start: First character.
        end: After the last one.
        language: What it is written in.
    """

    start: int
    end: int
    language: Language


def scripts(path: PurePath, text: str) -> list[Script]:
    """The scripts of a component or page, in its order; none where a file is neither.

    Found by their tags, as the preprocessor of Svelte finds them: what is around them need not be right. A script in a
    language that is not parsed, such as a template, JSON or CoffeeScript, is part of the rest.
    """
    usual = _PAGES.get(path.suffix.lower())
    return [*_found(text, usual, front=path.suffix.lower() == ".astro")] if usual else []


def _found(text: str, usual: Language, *, front: bool) -> Iterator[Script]:
    position = 0
    begins = _FRONT.match(text) if front else None
    if begins:
        yield Script(*begins.span(1), usual)
        position = begins.end()
    while opened := _OPENS.search(text, position):
        if opened.group() == "<!--":
            end = text.find("-->", opened.end())
            if end < 0:
                return
            position = end + 3
            continue
        position = opened.end()
        if opened[2]:
            continue
        closed = _CLOSES.search(text, position)
        end, position = (closed.start(), closed.end()) if closed else (len(text), len(text))
        language = _language(opened[1], usual)
        if language and text[opened.end() : end].strip():
            yield Script(opened.end(), end, language)


def _language(attributes: str, usual: Language) -> Language | None:
    """The language that a tag names, ``lang`` before ``type``; None for one that is not parsed."""
    said = sorted(_SAYS.finditer(attributes), key=lambda match: match.group().lower().startswith("type"))
    if not said:
        return usual
    named = next(filter(None, said[0].groups()), "").strip().lower()
    return _LANGUAGES.get(named) if named else usual

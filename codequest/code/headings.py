"""Headings of Markdown and reStructuredText."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

_HEADING = re.compile(r"(#{1,6})\s")
_RULE = re.compile(r"^([=\-~^\"'`*+#.:_])\1{2,}\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_MOST_WORDS = 20
_MOST_CHARACTERS = 500  # of a heading whose markup is read
_PLACEHOLDER = re.compile(
    r"<(?!(?:a|b|br|center|code|div|em|h\d|i|img|kbd|p|picture|small|span|strong|sub|sup|u)>)[a-z][\w-]*>",
    re.IGNORECASE,
)
_MARKUP = frozenset("![<")  # begins an image, a link or HTML


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document.

    Attributes:
        line: Its line, from 1.
        level: 1 is the highest.
        text: As it is written, without the marks around it; in Markdown of links and images their text, and no HTML.
        body: First line below it, from 1.
    """

    line: int
    level: int
    text: str
    body: int


def headings(lines: Sequence[str], *, markdown: bool) -> Iterator[Heading]:
    """Every heading of a document that says something, in its order; lines inside fenced code are not headings.

    Args:
        lines: Those of the document.
        markdown: Whether it is Markdown; else reStructuredText.
    """
    fence = ""
    rules: list[str] = []
    for number, line in enumerate(lines, start=1):
        mark = _FENCE.match(line)
        if mark and markdown:
            fence = "" if fence == mark.group(1) else fence or mark.group(1)
        found = _HEADING.match(line) if markdown and not fence else None
        below = _RULE.match(lines[number]) if number < len(lines) and not fence else None
        if found:
            if text := _shown(line[found.end() :].strip().rstrip("#").rstrip()):
                yield Heading(number, len(found.group(1)), text, number + 1)
        elif below and _is_underlined(line, lines[number], below.group(1), markdown=markdown):
            if below.group(1) not in rules:
                rules.append(below.group(1))
            level = 1 + "=-".find(below.group(1)) if markdown else 1 + rules.index(below.group(1))
            if text := _shown(line.strip()) if markdown else line.strip():
                yield Heading(number, level, text, number + 2)


def _shown(text: str) -> str:
    """The text of a heading of Markdown, as a reader sees it; empty where that is an image without a text, or HTML."""
    if not _MARKUP & set(text):
        return text
    from markdown_it import MarkdownIt

    [inline] = MarkdownIt("commonmark").parseInline(text[:_MOST_CHARACTERS])
    return " ".join("".join(map(_written, inline.children or ())).split())


def _written(token: Token) -> str:
    if token.type == "code_inline":
        return f"`{token.content}`"
    if token.type == "html_inline":  # of code that is not marked as such, ``List<T>``, nothing goes
        return token.content if _PLACEHOLDER.fullmatch(token.content) else ""
    return token.content if token.type in ("text", "image") else ""


def _is_underlined(line: str, rule: str, mark: str, *, markdown: bool) -> bool:
    if not line.strip() or line[0].isspace() or _RULE.match(line) or len(line.split()) > _MOST_WORDS:
        return False
    if markdown:
        return mark in "=-" and line[0] not in "|>-*+" and len(rule.strip()) >= 3 and ": " not in line
    return len(rule.rstrip()) >= len(line.rstrip())

"""Headings of Markdown and reStructuredText."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HEADING = re.compile(r"(#{1,6})\s")
_RULE = re.compile(r"^([=\-~^\"'`*+#.:_])\1{2,}\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_MOST_WORDS = 20


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document.

    Attributes:
        line: Its line, from 1.
        level: 1 is the highest.
        text: As it is written, without the marks around it.
        body: First line below it, from 1.
    """

    line: int
    level: int
    text: str
    body: int


def headings(lines: Sequence[str], *, markdown: bool) -> Iterator[Heading]:
    """Every heading of a document, in its order; lines inside fenced code are not headings.

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
            yield Heading(number, len(found.group(1)), line[found.end() :].strip().rstrip("#").rstrip(), number + 1)
        elif below and _is_underlined(line, lines[number], below.group(1), markdown=markdown):
            if below.group(1) not in rules:
                rules.append(below.group(1))
            level = 1 + "=-".find(below.group(1)) if markdown else 1 + rules.index(below.group(1))
            yield Heading(number, level, line.strip(), number + 2)


def _is_underlined(line: str, rule: str, mark: str, *, markdown: bool) -> bool:
    if not line.strip() or line[0].isspace() or _RULE.match(line) or len(line.split()) > _MOST_WORDS:
        return False
    if markdown:
        return mark in "=-" and line[0] not in "|>-*+" and len(rule.strip()) >= 3 and ": " not in line
    return len(rule.rstrip()) >= len(line.rstrip())

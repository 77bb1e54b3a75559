"""Where errors in a source begin and end, and the places after them where something new begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_BEGINS = re.compile(rb"(?:^|(?<=\n))(?=[A-Za-z_@\[<#])")
_ENDED = re.compile(rb"(?:^|\n|[;}]|\n(?:end|[)\]])\W*)[ \t]*\n$")
_LINE = 400  # bytes of the line above
_MOST_PARTS = 500


def broken_regions(root: Node) -> Iterator[tuple[int, int]]:
    """First byte and end of what is broken below a root: neighbours that have errors are one region."""
    if root.type == "ERROR":
        yield root.start_byte, root.end_byte
        return
    start = end = -1
    for child in root.children:
        if child.has_error:
            start, end = child.start_byte if start < 0 else start, child.end_byte
        elif start >= 0:
            yield start, end
            start = -1
    if start >= 0:
        yield start, end


def parts_of(source: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """A region cut before lines without indent that follow an end; one part where there is none, or far too many."""
    cuts = [start]
    for match in _BEGINS.finditer(source, start + 1, end):
        if _ENDED.search(source, max(0, match.start() - _LINE), match.start()):
            cuts.append(match.start())
        if len(cuts) > _MOST_PARTS:
            return [(start, end)]
    return [*zip(cuts, [*cuts[1:], end], strict=True)]

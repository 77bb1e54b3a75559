"""The part of a hit that is shown where there is no room for all of it."""

from __future__ import annotations

from typing import NamedTuple

from codequest.search.hits import SearchHit

_ABOVE = 2  # lines shown above the first match


class Excerpt(NamedTuple):
    """Lines of a hit.

    Attributes:
        start_line: Number of the first one in the file, from 1.
        lines: The lines.
        before: How many lines of the hit come before them.
        after: How many come after them.
    """

    start_line: int
    lines: list[str]
    before: int
    after: int


def excerpt(hit: SearchHit, most: int) -> Excerpt:
    """The first lines of a hit, or those around its first match where that is further down.

    Args:
        hit: The hit.
        most: Most lines.
    """
    lines = hit.text.split("\n")
    match = hit.match_lines[0] - hit.start_line if hit.match_lines else 0
    before = 0 if match < most else min(match - min(_ABOVE, most - 1), len(lines) - most)
    shown = lines[before : before + most]
    return Excerpt(hit.start_line + before, shown, before, len(lines) - before - len(shown))

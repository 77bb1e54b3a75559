"""The part of a hit that is shown where there is no room for all of it."""

from __future__ import annotations

from typing import NamedTuple

from codequest.search.hits import SearchHit
from codequest.search.shown.asked_words import asked_stems, asked_words

_ABOVE = 2  # lines shown above the first match
_PAYS = 2  # so many words of the query more are worth the first lines, which say what the hit is
_CHARACTERS = 400  # of a line are read


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


def excerpt(hit: SearchHit, most: int, query: str = "") -> Excerpt:
    """The first lines of a hit, or those around its first match, or those with more words of the query.

    Args:
        hit: The hit.
        most: Most lines.
        query: What was searched for.
    """
    lines = hit.text.split("\n")
    match = hit.match_lines[0] - hit.start_line if hit.match_lines else _fullest(lines, most, asked_stems(query))
    before = 0 if match < most else min(match - min(_ABOVE, most - 1), len(lines) - most)
    shown = lines[before : before + most]
    return Excerpt(hit.start_line + before, shown, before, len(lines) - before - len(shown))


def _fullest(lines: list[str], most: int, asked: frozenset[str]) -> int:
    """The place of the line from which on ``most`` lines have the most words of a query; 0 unless it pays."""
    if len(lines) <= most or len(asked) < _PAYS:
        return 0
    found = [frozenset(stem for _, _, stem in asked_words(line[:_CHARACTERS], asked)) for line in lines]
    size = most - min(_ABOVE, most - 1)
    counts = [
        len(frozenset().union(*found[place : place + size])) if found[place] else 0 for place in range(len(lines))
    ]
    place = max(range(len(lines)), key=counts.__getitem__)
    first = len(frozenset().union(*found[:most]))
    return place if counts[place] >= first + _PAYS else 0

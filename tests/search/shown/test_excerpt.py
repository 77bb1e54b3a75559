"""The lines of a hit that are shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codequest.search.hits import SearchHit
from codequest.search.shown.excerpt import excerpt

HIT = SearchHit(
    path="a.py",
    language="python",
    kind="window",
    symbol="",
    start_line=5,
    end_line=24,
    text="\n".join(f"line {number}" for number in range(5, 25)),
    score=1.0,
)


@pytest.mark.parametrize(
    ("matches", "most", "start", "before", "after"),
    [
        ((), 10, 5, 0, 10),
        ((14,), 10, 5, 0, 10),
        ((15, 24), 10, 13, 8, 2),
        ((24,), 10, 15, 10, 0),
        ((), 20, 5, 0, 0),
        ((24,), 30, 5, 0, 0),
        ((24,), 1, 24, 19, 0),
    ],
)
def test_the_first_lines_or_those_around_the_first_match(
    matches: tuple[int, ...], most: int, start: int, before: int, after: int
) -> None:
    shown = excerpt(replace(HIT, match_lines=matches), most)
    lines = HIT.text.split("\n")[before : 20 - after]
    assert (shown.start_line, shown.lines, shown.before, shown.after) == (start, lines, before, after)


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("line fourteen", 5),
        ("open a cached socket", 12),
        ("CachedSocket", 12),
        ("socket", 5),
    ],
)
def test_lines_with_two_more_words_of_the_query_come_in_place_of_the_first(query: str, start: int) -> None:
    lines = [*HIT.text.split("\n")[:9], "sockets = openCache()", *HIT.text.split("\n")[10:]]
    assert excerpt(replace(HIT, text="\n".join(lines)), 6, query).start_line == start

"""Where quoted texts are in a hit."""

from __future__ import annotations

import pytest

from codequest.search.hits import SearchHit
from codequest.search.query.required import with_matches

TEXT = "a b\nretries = 5\nb a\n\nretries = 5; retries = 5\nend"


def found(text: str) -> SearchHit:
    return SearchHit(
        path="a.py", language="python", kind="window", symbol="", start_line=10, end_line=15, text=text, score=1.0
    )


@pytest.mark.parametrize(
    ("quoted", "lines"),
    [
        (["retries = 5"], (11, 14)),
        (["a", "end"], (10, 12, 15)),
        (["5\nb a\n\nr"], (11, 12, 13, 14)),
        (["a b\n"], (10, 11)),
        (["Retries"], None),
        (["a", "none"], None),
    ],
)
def test_lines_of_matches_are_those_of_the_file(quoted: list[str], lines: tuple[int, ...] | None) -> None:
    hit = with_matches(found(TEXT), quoted)
    assert (hit and hit.match_lines) == lines


def test_a_text_that_is_everywhere_takes_each_line_once() -> None:
    hit = with_matches(found("aaaa " * 100_000 + "\nb\na"), ["a"])
    assert hit is not None
    assert (hit.match_lines, hit.line) == ((10, 12), 10)

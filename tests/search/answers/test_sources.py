"""Chunks merged into sources."""

from __future__ import annotations

from codequest.search.answers.sources import merged
from tests.search.answers.conftest import hit
from tests.search.conftest import FILES, build, project, write  # noqa: F401


def test_chunks_that_overlap_or_adjoin_are_one_source_and_others_are_not() -> None:
    hits = [
        hit("b.py", 1, "one\ntwo", "B"),
        hit("a.py", 10, "ten\neleven\ntwelve", "A.long"),
        hit("a.py", 12, "twelve\nthirteen", "A.long"),
        hit("a.py", 16, "sixteen", "A.near"),
        hit("a.py", 20, "twenty", "A.far"),
        hit("a.py", 11, "eleven", "A.long.inner"),
    ]
    first, second, third = merged(hits)
    assert (first.path, dict(first.lines)) == ("b.py", {1: "one", 2: "two"})
    assert second.lines == {10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 16: "sixteen"}
    assert (second.start_line, second.end_line) == (10, 16)
    assert (second.symbols[10], second.symbols[11], second.symbols[16]) == ("A.long", "A.long.inner", "A.near")
    assert dict(third.lines) == {20: "twenty"}

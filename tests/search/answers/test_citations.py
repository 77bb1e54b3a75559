"""Citations as models write them."""

from __future__ import annotations

import pytest

from codequest.search.answers.citations import find_citations
from codequest.search.answers.sources import merged
from tests.search.answers.conftest import hit

SOURCES = merged(
    [
        hit("src/cache.py", 4, "a\nb\nc", "Cache.load"),
        hit("src/cache.py", 40, "d", "main"),
        hit("app/[id]/page one.tsx", 1, "e\nf"),
        hit("Makefile", 3, "all:"),
        hit("cache.py", 1, "g"),
    ]
)


def cited(answer: str) -> list[tuple[str, bool]]:
    return [(str(citation), citation.source is not None) for citation in find_citations(answer, SOURCES)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("It opens it [src/cache.py:5].", [("src/cache.py:5", True)]),
        ("It [src/cache.py:4-6] does [src/cache.py:40].", [("src/cache.py:4-6", True), ("src/cache.py:40", True)]),
        ("Twice [src/cache.py:5] and [src/cache.py:5]", [("src/cache.py:5", True)]),
        ("[src/cache.py:4–6]", [("src/cache.py:4-6", True)]),
        ("[src/cache.py:L4-L6]", [("src/cache.py:4-6", True)]),
        ("[`src/cache.py:4`] (`src/cache.py:6`)", [("src/cache.py:4", True), ("src/cache.py:6", True)]),
        ("[src/cache.py:4, 6, 40]", [("src/cache.py:4", True), ("src/cache.py:6", True), ("src/cache.py:40", True)]),
        ("[src/cache.py:4, Makefile:3]", [("src/cache.py:4", True), ("Makefile:3", True)]),
        ("[src/cache.py:4; cache.py:1]", [("src/cache.py:4", True), ("cache.py:1", True)]),
        ("src/cache.py:4, 7 days later", [("src/cache.py:4", True)]),
        ("**./src/cache.py:4**", [("src/cache.py:4", True)]),
        ("[src/cache.py:4](src/cache.py#L4)", [("src/cache.py:4", True)]),
        ("[app/[id]/page one.tsx:2]", [("app/[id]/page one.tsx:2", True)]),
        ("【src/cache.py:4】", [("src/cache.py:4", True)]),
    ],
)  # fmt: skip
def test_what_is_in_the_sources(answer: str, expected: list[tuple[str, bool]]) -> None:
    assert cited(answer) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("[src/cache.py:7]", "src/cache.py:7"),
        ("[src/cache.py:4-40]", "src/cache.py:4-40"),
        ("[src/cache.py:6-4]", "src/cache.py:6-4"),
        ("[src/cache.py:0]", "src/cache.py:0"),
        ("[cache.py:4]", "cache.py:4"),
        ("[other/cache.py:1]", "other/cache.py:1"),
        ("[../cache.py:1]", "../cache.py:1"),
        ("[`README.md:1`]", "README.md:1"),
        ("[src/none.py:1-9]", "src/none.py:1-9"),
    ],
)
def test_what_points_nowhere(answer: str, expected: str) -> None:
    assert cited(answer) == [(expected, False)]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "x[1:5]",
        "{'a':1}['a']",
        "on http://localhost:8080/v1",
        "at 12:30",
        "items[start:10]",
        "[10:20]",
        "[note: 3]",
    ],
)
def test_what_is_no_citation(answer: str) -> None:
    assert cited(answer) == []


def test_a_text_made_to_be_slow_is_not() -> None:
    assert cited("[" * 50_000 + "src/cache.py:" * 20_000 + "a/" * 100_000) == []

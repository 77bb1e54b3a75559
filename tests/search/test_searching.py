"""Searches with filters and quoted text in the query."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import InvalidInputError
from codequest.search import CodeIndex, IndexRun
from tests.search.conftest import write

Build = Callable[..., IndexRun]


@pytest.mark.parametrize("mode", ["lexical", "dense", "hybrid"])
@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("load entry file:src/ lang:py", {"src/cache.py"}),
        ("load entry of values -lang:py -file:docs/", {"src/sort.js", "notes.txt"}),
        ('read "load_entry"', {"src/cache.py", "tests/test_cache.py"}),
        ('read "load_entry" -file:tests/', {"src/cache.py"}),
        ('"=> a.value - b.value"', {"src/sort.js"}),
        ('"Load_entry"', set()),
        ('"- b.value" the guide', {"src/sort.js"}),
        ('"#"', {"docs/guide.md"}),
    ],
)
def test_filters_and_quotes_in_a_query_hold_in_every_mode(
    project: Path, build: Build, mode: Any, query: str, paths: set[str]
) -> None:
    build(project)
    hits = CodeIndex.open(project, encoder="teacher").search(query, limit=20, mode=mode)
    assert {hit.path for hit in hits} == paths


def test_the_rest_of_the_query_ranks_what_has_the_quoted_text(project: Path, build: Build) -> None:
    lines = "\n".join(f"    value_{number} = read(file_{number})" for number in range(30))
    write(
        project,
        {"a.py": f"def first():\n{lines}\n    return retries == 5\n", "b.py": "def second():\n    retries == 5\n"},
    )
    build(project)
    index = CodeIndex.open(project, encoder=None)
    found = index.search('second "retries == 5"', mode="lexical")
    assert [(hit.path, hit.match_lines, hit.line) for hit in found] == [("b.py", (2,), 2), ("a.py", (32,), 32)]
    assert {hit.match_lines for hit in index.search("second retries", mode="lexical")} == {()}


def test_a_query_of_filters_alone_is_refused(project: Path, build: Build) -> None:
    build(project)
    with pytest.raises(InvalidInputError, match="is nothing but filters"):
        CodeIndex.open(project, encoder=None).search("lang:go", mode="lexical")

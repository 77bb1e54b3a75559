"""Searches with filters and quoted text in the query."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import InvalidInputError
from codequest.search import CodeIndex, IndexRun
from codequest.search.home import IndexHome
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


@pytest.mark.parametrize("mode", ["lexical", "dense", "hybrid"])
@pytest.mark.parametrize(
    ("query", "regex", "paths"),
    [
        ("read a file", r"def \w+_entry", {"src/cache.py", "tests/test_cache.py"}),
        ("read a file -file:tests/", r"def \w+_entry", {"src/cache.py"}),
        ("", r"^## \w+", {"docs/guide.md"}),
        ("lang:js", "sort|list", {"src/sort.js"}),
        ('"load_entry"', "^class", {"src/cache.py"}),
        ("read a file", "unicorn", set()),
    ],
)
def test_a_regular_expression_matches_in_every_hit(
    project: Path, build: Build, mode: Any, query: str, regex: str, paths: set[str]
) -> None:
    build(project)
    hits = CodeIndex.open(project, encoder="teacher").search(query, limit=20, mode=mode, regex=regex)
    assert {hit.path for hit in hits} == paths
    for hit in hits:
        lines = hit.text.split("\n")
        assert any(re.search(regex, lines[line - hit.start_line]) for line in hit.match_lines)


def test_a_regular_expression_alone_needs_no_encoder(project: Path, build: Build) -> None:
    build(project)
    index = CodeIndex.open(project, encoder=None)
    hits = index.search("", regex=r"load_entry\(")
    assert [(hit.path, hit.line) for hit in hits] == [("src/cache.py", 4), ("tests/test_cache.py", 1)]
    with pytest.raises(InvalidInputError, match="Mode hybrid needs an encoder"):
        index.search("a", regex="a")
    with pytest.raises(InvalidInputError, match=r"missing \), unterminated subpattern, at character 1"):
        index.search("a", regex="(")


def test_a_changed_file_must_match_as_it_is_now(project: Path, build: Build) -> None:
    build(write(project, {"b.py": "def second():\n    # of all numbers\n    return retries == 5\n"}))
    index = CodeIndex.open(project, encoder=None)
    with IndexHome.find(project).locked_at_once():
        write(project, {"b.py": "def second():\n    # of all numbers\n    return retries == 6\n"})
        assert index.search("", regex="retries == 5") == []
        [hit] = index.search("", regex="of all")
        assert (hit.path, hit.stale, hit.match_lines) == ("b.py", True, (2,))


@pytest.mark.parametrize("mode", ["lexical", "dense", "hybrid"])
@pytest.mark.parametrize("regex", ["", r"number \d"])
def test_pages_follow_each_other_and_repeat_nothing(project: Path, build: Build, mode: Any, regex: str) -> None:
    files = {
        f"part{number}.txt": "\n\n".join(f"number {number} of the {word}s" for word in ("unicorn", "number", "file"))
        for number in range(25)
    }
    build(write(project, files))
    index = CodeIndex.open(project, encoder="teacher")
    all_of_them = index.search("number of the file", limit=100, mode=mode, regex=regex)
    assert len(all_of_them) >= 25
    pages = [
        index.search("number of the file", limit=4, offset=offset, mode=mode, regex=regex)
        for offset in range(0, len(all_of_them) + 4, 4)
    ]
    assert [hit for page in pages for hit in page] == all_of_them
    assert pages[-1] == []


@pytest.mark.parametrize("offset", [100, 10**12, 10**30])
def test_after_the_last_hit_there_is_none(project: Path, build: Build, offset: int) -> None:
    build(project)
    index = CodeIndex.open(project, encoder=None)
    assert index.search("load", offset=offset, mode="lexical") == index.search("", offset=offset, regex="load") == []
    with pytest.raises(InvalidInputError, match="offset must be a whole number of at least 0, got -1"):
        index.search("load", offset=-1, mode="lexical")

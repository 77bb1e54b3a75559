"""What nothing in an index has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.search import CodeIndex, IndexRun, SearchFilters

NO_GO = "No indexed file is in go: the index has python, javascript, markdown, text."
NO_FILE = (
    "No indexed file matches 'scr/'. Globs are as in a .gitignore, from the indexed folder: src/, /docs/*.md, "
    "*.{ts,tsx}."
)


@pytest.fixture
def index(project: Path, build: Callable[..., IndexRun]) -> CodeIndex:
    build(project)
    return CodeIndex.open(project, encoder=None)


@pytest.mark.parametrize("query", ["load lang:go file:scr/ file:src/ lang:py", "load"])
def test_a_sentence_for_each_filter_that_names_nothing(index: CodeIndex, query: str) -> None:
    filters = SearchFilters() if "lang" in query else SearchFilters(languages=["go"], paths=["scr/", "src/"])
    assert index.unmatched(query, filters) == [NO_FILE, NO_GO]


def test_a_kind_and_a_quoted_text_that_nothing_has(index: CodeIndex, project: Path) -> None:
    (project / "docs" / "guide.md").unlink()
    assert index.refresh().updated == 1
    assert index.unmatched('"load_entry" "Load_entry"', SearchFilters(kinds=["section", "class"])) == [
        "Nothing indexed is a section: the index has function, class, window.",
        "No indexed text has 'Load_entry' exactly as quoted; without quotes it ranks as words.",
    ]


@pytest.mark.parametrize("query", ["load", "load lang:py file:src/", "load -lang:go -file:scr/", "load file:./src/"])
def test_nothing_is_said_of_what_is_there_or_is_taken_out(index: CodeIndex, query: str) -> None:
    assert index.unmatched(query) == []

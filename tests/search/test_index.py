"""Searches of a real index."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import (
    CodeIndexError,
    InvalidInputError,
)
from codequest.search import CodeIndex, IndexRun, SearchFilters, SearchHit
from tests.search.conftest import write

Build = Callable[..., IndexRun]


def places(hits: list[SearchHit]) -> list[tuple[str, str]]:
    return [(hit.path, hit.symbol) for hit in hits]


@pytest.mark.parametrize("query", ["sort by value", "sort_by_value", "sorting values", "SORTBYVALUE()", "sort.js"])
def test_words_are_found_however_they_are_written(project: Path, build: Build, query: str) -> None:
    build(project)
    assert CodeIndex.open(project, encoder=None).search(query, mode="lexical")[0].path == "src/sort.js"


def test_a_definition_comes_before_its_use_and_its_test(project: Path, build: Build) -> None:
    write(project, {"src/use.py": "from cache import Cache\n\nload_entry = Cache().load_entry\nload_entry('a')\n"})
    build(project)
    found = CodeIndex.open(project, encoder="teacher").search("load entry", mode="hybrid")
    order = [hit.path for hit in found]
    assert order[0] == "src/cache.py"
    assert order.index("tests/test_cache.py") > 0


def test_threads_may_search_at_once(project: Path, build: Build) -> None:
    build(project)
    index = CodeIndex.open(project, encoder="teacher")
    found: list[list[tuple[str, str]]] = []
    threads = [threading.Thread(target=lambda: found.append(places(index.search("read file")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(each == found[0] for each in found)


def test_bad_searches_are_refused(project: Path, build: Build) -> None:
    build(project)
    index = CodeIndex.open(project, encoder=None)
    with pytest.raises(InvalidInputError, match="empty or only whitespace"):
        index.search(" \n", mode="lexical")
    with pytest.raises(InvalidInputError, match="limit must be a whole number of at least 1, got 0"):
        index.search("a", limit=0, mode="lexical")
    with pytest.raises(InvalidInputError, match="mode must be one of hybrid, dense, lexical, got 'fuzzy'"):
        index.search("a", mode="fuzzy")  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="Mode hybrid needs an encoder"):
        index.search("a")
    with pytest.raises(InvalidInputError, match="languages must be a list of strings, got 'python'"):
        SearchFilters(languages="python")
    with pytest.raises(InvalidInputError, match=r"Unknown kinds \['method'\]; expected some of function, class"):
        SearchFilters(kinds=["method"])  # type: ignore[list-item]


@pytest.mark.parametrize("query", ["'; DROP TABLE", '"quoted AND (', "+-*/", "naïve café", "日本語", "the", "x" * 5000])
def test_any_text_may_be_searched(project: Path, build: Build, query: str) -> None:
    build(project)
    index = CodeIndex.open(project, encoder="teacher")
    assert isinstance(index.search(query, mode="lexical"), list)
    assert len(index.search(query)) > 0


def test_a_query_of_megabytes_is_cut(project: Path, build: Build) -> None:
    build(project)
    index = CodeIndex.open(project, encoder=None)
    expected = index.search("load entry", mode="lexical")
    for rest in ("aB" * 2_000_000, "word " * 1_000_000):
        assert index.search(f"load entry {rest}", mode="lexical")[0].symbol == expected[0].symbol


def test_a_damaged_index_says_so(project: Path, build: Build) -> None:
    for damaged in ("chunks.sqlite", "teacher.f32", "words/meta.json"):
        [file] = build(project, rebuild=True).folder.glob(f"store/*/{damaged}")
        file.write_bytes(b"no such file")
        with pytest.raises(CodeIndexError, match=r"cannot be read .* --rebuild"):
            CodeIndex.open(project, encoder=None)

"""Several indexes, searched as one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import InvalidInputError
from codequest.search import CodeIndex, IndexRun, SearchFilters, search_together
from codequest.search.home import IndexHome
from codequest.search.query.together import unmatched_together
from tests.search.conftest import FILES, write

Build = Callable[..., IndexRun]


@pytest.fixture
def trees(tmp_path: Path, build: Build) -> list[Path]:
    """The project in two trees: what is in src, and all other files."""
    sources = {path: text for path, text in FILES.items() if path.startswith("src/")}
    roots = [
        write(tmp_path / "one", sources),
        write(tmp_path / "two", {path: text for path, text in FILES.items() if path not in sources}),
    ]
    for root in roots:
        build(root)
    return roots


def opened(trees: list[Path], encoder: str | None = "teacher") -> list[CodeIndex]:
    return [CodeIndex.open(tree, encoder=encoder) for tree in trees]


@pytest.mark.parametrize("mode", ["lexical", "dense", "hybrid"])
def test_hits_say_of_which_tree_they_are(trees: list[Path], mode: Any) -> None:
    hits = search_together(opened(trees), "load the entry of a list by http", mode=mode, limit=20)
    assert {(Path(hit.root).name, hit.path) for hit in hits} == {
        ("one" if path.startswith("src/") else "two", path) for path in FILES
    }
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    indexes = opened(trees)
    asked = "load the entry of a list by http"
    pages = [search_together(indexes, asked, mode=mode, limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [hit for page in pages for hit in page] == hits[:6]


def test_two_trees_rank_by_meaning_as_one(trees: list[Path], project: Path, build: Build) -> None:
    build(project)
    one = CodeIndex.open(project, encoder="teacher").search("read a file", mode="dense", limit=20)
    two = search_together(opened(trees), "read a file", mode="dense", limit=20)
    assert [(hit.path, hit.start_line) for hit in two] == [(hit.path, hit.start_line) for hit in one]
    assert [hit.score for hit in two] == pytest.approx([hit.score for hit in one], abs=1e-6)


def test_filters_quotes_and_regular_expressions_hold_in_all(trees: list[Path]) -> None:
    indexes = opened(trees, encoder=None)
    hits = search_together(indexes, '"load_entry" file:*.py', regex=r"def \w+entry", mode="lexical")
    assert sorted((hit.path, hit.line) for hit in hits) == [("src/cache.py", 4), ("tests/test_cache.py", 1)]
    assert [hit.path for hit in search_together(indexes, "", regex="http|sort")] == ["src/sort.js", "docs/guide.md"]
    assert unmatched_together(indexes, "x lang:js lang:md file:src/ file:docs/") == []
    [said] = unmatched_together(indexes, "x", SearchFilters(languages=["go", "js"]))
    assert said == "No indexed file is in go: the index has python, javascript, markdown, text."


def test_what_has_changed_in_one_tree_is_shown_as_it_is(trees: list[Path]) -> None:
    indexes = opened(trees, encoder=None)
    with IndexHome.find(trees[1]).locked_at_once():
        write(trees[1], {"notes.txt": "the list of unicorns\n"})
        (trees[1] / "docs" / "guide.md").unlink()
        hits = search_together(indexes, "list of values by http", mode="lexical")
    assert [(hit.path, hit.text.strip()[:20], hit.stale) for hit in hits if hit.root == str(trees[1])] == [
        ("notes.txt", "the list of unicorns", True)
    ]
    freshness = indexes[1].freshness
    assert (freshness.pending, freshness.gone) == ({"notes.txt"}, {"docs/guide.md"})
    assert indexes[0].freshness.missing == 0


def test_each_index_of_another_teacher_gets_the_query_in_its_space(
    trees: list[Path], build: Build, tiny_base: Path
) -> None:
    build(trees[1], teacher=str(tiny_base), rebuild=True)
    hits = search_together(opened(trees), "read a file", mode="dense", limit=20)
    assert {Path(hit.root).name for hit in hits} == {"one", "two"}
    best = {root: max(hit.score for hit in hits if hit.root == root) for root in {hit.root for hit in hits}}
    assert list(best.values()) == pytest.approx([1, 1])


def test_no_index_and_no_encoder_are_refused(trees: list[Path]) -> None:
    with pytest.raises(InvalidInputError, match="at least one index to search, got none"):
        search_together([], "a")
    with pytest.raises(InvalidInputError, match="Mode hybrid needs an encoder"):
        search_together([opened(trees)[0], opened(trees, encoder=None)[1]], "a")

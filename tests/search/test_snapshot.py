"""One version of an index, filtered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import (
    CodeIndexError,
)
from codequest.search import CodeIndex, IndexRun, SearchFilters, SearchHit
from tests.search.conftest import snapshot_of, write

Build = Callable[..., IndexRun]


def places(hits: list[SearchHit]) -> list[tuple[str, str]]:
    return [(hit.path, hit.symbol) for hit in hits]


@pytest.mark.parametrize("mode", ["lexical", "dense", "hybrid"])
@pytest.mark.parametrize(
    ("filters", "paths"),
    [
        ({"languages": ["Python"]}, {"src/cache.py", "tests/test_cache.py"}),
        ({"languages": ["python"], "paths": ["!tests/"]}, {"src/cache.py"}),
        ({"paths": ["src/", "*.md"]}, {"src/cache.py", "src/sort.js", "docs/guide.md"}),
        ({"paths": ["/src/*.js"]}, {"src/sort.js"}),
        ({"paths": ["!*.js", "src/"]}, {"src/cache.py"}),
        ({"kinds": ["section", "window"]}, {"docs/guide.md", "notes.txt"}),
        ({"languages": ["go"]}, set()),
        ({"languages": ["!py", "!md", "!plaintext"]}, {"src/sort.js"}),
        ({"languages": ["py", "js", "!JavaScript"]}, {"src/cache.py", "tests/test_cache.py"}),
        ({"paths": ["./src/*.{js,ts}", "notes.{md,txt}"]}, {"src/sort.js", "notes.txt"}),
    ],
)
def test_filters_hold_before_anything_is_ranked(
    project: Path, build: Build, mode: Any, filters: dict[str, Any], paths: set[str]
) -> None:
    build(project)
    index = CodeIndex.open(project, encoder="teacher")
    query = "load entry of the list of values by http connection again"
    hits = index.search(query, limit=20, filters=SearchFilters(**filters), mode=mode)
    assert {hit.path for hit in hits} == paths


def test_quoted_text_is_in_the_mask_letter_by_letter(project: Path, build: Build) -> None:
    build(project)
    snapshot = snapshot_of(project)
    paths = snapshot.columns["path"]

    def having(*quoted: str) -> set[str]:
        mask = snapshot.mask(quoted=quoted)
        assert mask is not None
        return {path for path, kept in zip(paths, mask, strict=True) if kept}

    for _ in range(2):
        assert having("load_entry") == {"src/cache.py", "tests/test_cache.py"}
        assert having("Load_entry") == set()
        assert having("load_entry", "'a'") == {"tests/test_cache.py"}
        assert having('key):\n        """Read') == {"src/cache.py"}
        assert having("%") == having("_%") == having("list%") == set()
    assert having("list", "value") == {"src/sort.js", "notes.txt"}


def test_a_finished_run_is_noticed(project: Path, build: Build) -> None:
    build(project)
    index = CodeIndex.open(project, encoder=None)
    assert index.search("unicorn", mode="lexical") == []
    write(project, {"new.py": "def unicorn():\n    return 1\n"})
    build(project)
    assert places(index.search("unicorn", mode="lexical")) == [("new.py", "unicorn")]
    assert index.stats.files == 6
    (project / ".codequest" / "index.json").unlink()
    with pytest.raises(CodeIndexError, match="is gone"):
        index.search("unicorn", mode="lexical")


def test_a_file_with_parts_in_other_languages_is_found_by_its_own_and_by_theirs(project: Path, build: Build) -> None:
    vue = (
        '<script lang="ts">\nexport function load() {\n  go();\n}\n</script>\n<template><p>load words</p></template>\n'
    )
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["def load_cell():\n", "    return 1"]}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    write(project, {"Cart.vue": vue, "a.ipynb": notebook})
    build(project)
    index = CodeIndex.open(project, encoder=None)

    def found(language: str) -> set[tuple[str, str]]:
        hits = index.search("load", mode="lexical", filters=SearchFilters(languages=[language]))
        return {(hit.path, hit.language) for hit in hits}

    assert found("vue") == {("Cart.vue", "vue"), ("Cart.vue", "typescript")}
    assert found("typescript") == {("Cart.vue", "typescript")}
    assert found("notebook") == {("a.ipynb", "python")}
    assert "a.ipynb" not in {path for path, _ in found("!notebook")}

"""One version of an index, filtered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import (
    CodeIndexError,
)
from codequest.search import CodeIndex, IndexRun, SearchFilters, SearchHit
from tests.search.conftest import write

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
        ({"languages": ["cobol"]}, set()),
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

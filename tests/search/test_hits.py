"""What is found."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from codequest.search import CodeIndex, IndexRun
from tests.search.conftest import FILES, write

Build = Callable[..., IndexRun]


def test_a_hit_says_where_and_what_it_is(project: Path, build: Build) -> None:
    build(project)
    [hit, *_] = CodeIndex.open(project, encoder=None).search("sortByValue", mode="lexical")
    assert hit.to_dict() == {
        "path": "src/sort.js",
        "language": "javascript",
        "kind": "function",
        "symbol": "sortByValue",
        "start_line": 1,
        "end_line": 4,
        "text": FILES["src/sort.js"].strip("\n"),
        "score": hit.score,
        "stale": False,
        "root": str(project),
        "match_lines": [],
    }
    assert hit.score > 0


def test_no_line_is_found_twice(project: Path, build: Build) -> None:
    body = "\n".join(f"    value_{number} = read(file_{number})" for number in range(60))
    write(project, {"long.py": f"def read_all_files():\n{body}\n"})
    build(project)
    index = CodeIndex.open(project, encoder="teacher")
    hits = [hit for hit in index.search("read all files", limit=20) if hit.path == "long.py"]
    assert len(hits) > 1
    spans = sorted((hit.start_line, hit.end_line) for hit in hits)
    assert all(before[1] < after[0] for before, after in pairwise(spans))

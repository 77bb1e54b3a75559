"""What lies on disk while runs write and searches read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.search import CodeIndex, IndexRun
from tests.search.conftest import counts, held, write

Build = Callable[..., IndexRun]


def test_what_searches_see_is_whole_whatever_a_killed_run_left(project: Path, build: Build) -> None:
    build(project)
    before, meta = held(project), (project / ".codequest" / "index.json").read_bytes()
    write(project, {"notes.txt": "changed\n", "more.py": "def more():\n    return 2\n"})
    build(project)
    (project / ".codequest" / "index.json").write_bytes(meta)  # as if it had been killed right before this was written
    assert held(project) == before
    assert counts(build(project)) == (1, 1, 0, 4)
    assert ("notes.txt", "", "changed") in held(project)
    assert len(held(project)) == 7


def test_searches_go_on_while_a_run_writes(project: Path, build: Build) -> None:
    build(project)
    index = CodeIndex.open(project, encoder=None)
    before = index.search("list values", mode="lexical")
    write(project, {"notes.txt": "changed\n"})

    def during(what: str, done: int, total: int) -> None:
        assert index.search("list values", mode="lexical") == before

    build(project, progress=during)
    after = index.search("changed", mode="lexical")
    assert [(hit.path, hit.text) for hit in after] == [("notes.txt", "changed")]


def test_old_versions_do_not_pile_up(project: Path, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from codequest.search import store

    monkeypatch.setattr(store, "_KEPT", timedelta(0))
    monkeypatch.setattr(store, "_VERSIONS", 9)
    sizes = []
    for number in range(12):
        write(project, {"notes.txt": f"words {number}\n"})
        build(project)
        sizes.append(sum(1 for path in (project / ".codequest").rglob("*") if path.is_file()))
        assert [hit.text for hit in CodeIndex.open(project, encoder=None).search(f"{number}", mode="lexical")] == [
            f"words {number}"
        ]
    assert min(sizes[6:]) <= sizes[0]
    assert len(held(project)) == 6


def test_a_small_change_leaves_the_rest_where_it_is(project: Path, build: Build) -> None:
    build(project)

    def data() -> dict[Path, int]:
        files = (project / ".codequest" / "lance" / "chunks.lance" / "data").iterdir()
        return {file: file.stat().st_mtime_ns for file in files}

    before = data()
    write(project, {"notes.txt": "unicorns\n"})
    build(project)
    assert before.items() <= data().items()
    assert len(data()) == len(before) + 1
    assert [hit.path for hit in CodeIndex.open(project, encoder=None).search("unicorn", mode="lexical")] == [
        "notes.txt"
    ]

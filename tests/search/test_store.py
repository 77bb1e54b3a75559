"""What lies on disk while runs write and searches read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.search import CodeIndex, IndexRun
from codequest.search.meta import IndexMeta
from tests.search.conftest import FILES, counts, held, write

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

    monkeypatch.setattr(store, "KEPT", timedelta(0))
    monkeypatch.setattr(store, "MOST_VERSIONS", 9)
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


def on_disk(root: Path) -> int:
    """Number of files of an index."""
    return sum(path.is_file() for path in (root / ".codequest").rglob("*"))


def kill_before_it_counts(root: Path, build: Build) -> None:
    """Leave what a run leaves that is killed after all writing, right before the index is its own."""

    def killed(*given: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(IndexMeta, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            build(root)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("changed", [True, False])
def test_the_next_run_removes_what_a_killed_one_left(
    first: bool, changed: bool, project: Path, build: Build, tmp_path: Path
) -> None:
    after = {"notes.txt": "changed\n"} if changed else {}
    build(write(tmp_path / "whole", {**FILES, **after}))
    if not first:
        build(project)
    write(project, {"more.py": "def more():\n    return 2\n"})
    for _ in range(3):
        kill_before_it_counts(project, build)
    (project / "more.py").unlink()
    build(write(project, after))
    assert held(project) == held(tmp_path / "whole")
    assert on_disk(project) <= on_disk(tmp_path / "whole")


def test_searches_find_their_way_when_the_version_that_they_read_is_removed(
    project: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    from codequest.search import index as module

    build(project)
    opened = CodeIndex.open(project, encoder=None)
    write(project, {"notes.txt": "changed\n"})
    kill_before_it_counts(project, build)
    snapshot, runs = module.Snapshot, [1]

    def overtaken(*given: object) -> object:
        if runs:
            runs.pop()
            build(project)
        return snapshot(*given)

    monkeypatch.setattr(module, "Snapshot", overtaken)
    late = CodeIndex.open(project, encoder=None)
    for index in (opened, late):
        assert [hit.path for hit in index.search("changed", mode="lexical")] == ["notes.txt"]

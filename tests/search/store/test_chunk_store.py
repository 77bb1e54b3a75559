"""What lies on disk while runs write and searches read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from codequest.search import CodeIndex, IndexRun
from codequest.search.chunking.chunks import Chunk
from codequest.search.meta import IndexMeta
from codequest.search.snapshot import Snapshot
from codequest.search.store import ChunkStore
from codequest.search.store.chunk_writer import ChunkWriter
from codequest.search.store.tables import ChunkTables
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
    index = CodeIndex.open(project, encoder=None, refresh=False)
    before = index.search("list values", mode="lexical")
    write(project, {"notes.txt": "changed\n"})

    def during(what: str, done: int, total: int) -> None:
        assert index.search("list values", mode="lexical") == before

    build(project, progress=during)
    after = index.search("changed", mode="lexical")
    assert [(hit.path, hit.text) for hit in after] == [("notes.txt", "changed")]


def chunk(number: int, text: str, path: str = "code.py") -> Chunk:
    return Chunk(path=path, language="python", kind="window", symbol="", start_line=number, end_line=number, text=text)


def texts(store: ChunkStore, versions: Mapping[str, int]) -> list[str]:
    snapshot = Snapshot(store, versions, dim=4)
    return snapshot.texts(range(len(snapshot)))


def test_a_generation_stays_as_it_was_while_others_are_written(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    vectors = np.eye(4, dtype=np.float32)
    with store.begin({}, dim=4) as writer:
        writer.add([chunk(1, "alpha"), chunk(2, "beta", "other.py")], vectors[:2], tier="teacher")
        first = writer.finish()
    before = Snapshot(store, first, dim=4)
    with store.begin(first, dim=4) as writer:
        writer.remove({"code.py"})
        writer.add([chunk(3, "alpha again")], vectors[2:3], tier="teacher")
        assert texts(store, first) == ["alpha", "beta"]
        second = writer.finish()
    assert texts(store, first) == ["alpha", "beta"]
    assert texts(store, second) == ["beta", "alpha again"]
    assert before.texts(before.lexical("alpha", limit=1)[0].tolist()) == ["alpha"]
    after = Snapshot(store, second, dim=4)
    assert after.texts(after.lexical("alpha", limit=1)[0].tolist()) == ["alpha again"]
    np.testing.assert_array_equal(after.cosines(vectors[2]).of(np.arange(2)), [0, 1])


def test_what_an_unfinished_run_wrote_is_gone_at_the_next(tmp_path: Path) -> None:
    store = ChunkStore(tmp_path)
    vectors = np.eye(4, dtype=np.float32)
    with store.begin({}, dim=4) as writer:
        writer.add([chunk(1, "alpha")], vectors[:1], tier="teacher")
        writer.replace_files([row("code.py"), row("other.py")])
        first = writer.finish()
    with store.begin(first, dim=4) as writer:  # ends before index.json names what it wrote
        writer.remove({"code.py"})
        writer.add([chunk(2, "beta")], vectors[1:2], tier="teacher")
        writer.replace_files([row("new.py")])
        writer.finish()
    with store.begin(first, dim=4) as writer:
        writer.add([chunk(3, "gamma")], vectors[2:3], tier="teacher")
        writer.replace_files([row("code.py"), row("third.py")])
        assert writer.counts() == (2, {"window": 2})
        second = writer.finish()
    assert texts(store, second) == ["alpha", "gamma"]
    assert [found["path"] for found in store.files(second)] == ["code.py", "third.py"]
    snapshot = Snapshot(store, second, dim=4)
    assert snapshot.lexical("beta", limit=5)[0].tolist() == []
    np.testing.assert_array_equal(snapshot.cosines(vectors[2]).of(np.arange(2)), [0, 1])


@pytest.mark.parametrize("commits", range(3))
@pytest.mark.parametrize("goes_on", [ChunkStore.begin, ChunkStore.resume])
def test_a_run_that_dies_while_it_commits_leaves_no_words_to_others(
    commits: int, goes_on: Callable[..., ChunkWriter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ChunkStore(tmp_path)
    vectors = np.eye(4, dtype=np.float32)
    with store.begin({}, dim=4) as writer:
        writer.add([chunk(1, "alpha")], vectors[:1], tier="teacher")
        first = writer.finish()
    left, commit = iter(range(commits)), ChunkTables.commit

    def dying(tables: ChunkTables) -> None:
        next(left)
        commit(tables)

    with monkeypatch.context() as patch:
        patch.setattr(ChunkTables, "commit", dying)
        with contextlib.suppress(StopIteration), store.begin(first, dim=4) as writer:
            writer.remove({"code.py"})
            writer.add([chunk(2, "beta"), chunk(3, "gamma")], vectors[1:3], tier="teacher")
            writer.finish()
    with goes_on(store, first, dim=4) as writer:
        writer.add([chunk(4, "delta"), chunk(5, "epsilon")], vectors[1:3], tier="teacher")
        second = writer.finish()
    snapshot = Snapshot(store, second, dim=4)
    words = ("alpha", "beta", "gamma", "delta", "epsilon")
    found = [snapshot.texts(snapshot.lexical(word, limit=9)[0].tolist()) for word in words]
    assert found == [["alpha"], [], [], ["delta"], ["epsilon"]]


def test_a_store_of_mostly_dead_vectors_is_tidied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codequest.search.store.chunk_store.MANY_DEAD", 3)
    store, versions = ChunkStore(tmp_path), dict[str, int]()
    vectors = np.eye(4, dtype=np.float32)
    for number in range(6):
        with store.begin(versions, dim=4) as writer:
            writer.remove({"code.py"})
            if not number:
                writer.add([chunk(0, "stays", "other.py")], vectors[:1], tier="teacher")
                writer.replace_files([row("other.py")])
            writer.add([chunk(number, f"word{number}")], vectors[1:2], tier="teacher")
            versions = writer.finish()
        store.prune(versions)
        assert texts(store, versions) == ["stays", f"word{number}"]
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["2"]
    assert (tmp_path / "store" / "2" / "teacher.f32").stat().st_size == 3 * 4 * 4
    assert [found["path"] for found in store.files(versions)] == ["other.py"]
    snapshot = Snapshot(store, versions, dim=4)
    np.testing.assert_array_equal(snapshot.cosines(vectors[1]).of(np.arange(2)), [0, 1])
    assert snapshot.texts(snapshot.lexical("word5 stays", limit=5)[0].tolist()) == ["stays", "word5"]


def test_a_small_change_leaves_the_rest_where_it_is(project: Path, build: Build) -> None:
    [vectors] = build(project).folder.glob("store/*/teacher.f32")
    before = vectors.read_bytes()
    write(project, {"notes.txt": "unicorns\n"})
    build(project)
    after = vectors.read_bytes()
    assert (after[: len(before)], len(after)) == (before, len(before) // 6 * 7)  # one vector more than the six
    assert [hit.path for hit in CodeIndex.open(project, encoder=None).search("unicorn", mode="lexical")] == [
        "notes.txt"
    ]


def row(path: str) -> dict[str, object]:
    state = {"size": 1, "modified": 2, "changed": 3, "inode": 4}
    return {"path": path, **state, "digest": "ab", "language": "python", "skipped": ""}


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
    from codequest.search import opened_index as module

    build(project)
    opened = CodeIndex.open(project, encoder=None)
    write(project, {"notes.txt": "changed\n"})
    kill_before_it_counts(project, build)
    snapshot, runs = module.Snapshot, [1]

    def overtaken(*given: object, **named: object) -> object:
        if runs:
            runs.pop()
            build(project)
        return snapshot(*given, **named)

    monkeypatch.setattr(module, "Snapshot", overtaken)
    late = CodeIndex.open(project, encoder=None)
    for index in (opened, late):
        assert [hit.path for hit in index.search("changed", mode="lexical")] == ["notes.txt"]

"""Index runs: incremental, renamed, killed, refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from codequest.errors import CodeIndexError, SpaceMismatchError, WeightsNotFoundError
from codequest.search import CodeIndex, IndexRun
from codequest.teachers import LocalTeacher
from tests.search.conftest import FILES, counts, held, write
from tests.tiny import build_model

Build = Callable[..., IndexRun]


def test_a_run_indexes_every_file_and_the_next_one_nothing(project: Path, build: Build, tiny_teacher: Path) -> None:
    report = build(project)
    assert counts(report) == (5, 0, 0, 0)
    assert (report.files, report.chunks, report.embedded) == (5, 6, 6)
    assert report.root == project
    assert report.folder == project / ".codequest"
    assert (report.folder / ".gitignore").read_text(encoding="utf-8") == "*\n"
    again = build(project, teacher=None)
    assert counts(again) == (0, 0, 0, 5)
    assert (again.files, again.chunks, again.embedded) == (5, 6, 0)
    stats = CodeIndex.open(project, encoder=None).stats
    assert dict(stats.languages) == {"python": 2, "javascript": 1, "markdown": 1, "text": 1}
    assert dict(stats.kinds) == {"function": 3, "class": 1, "section": 1, "window": 1}
    assert stats.teacher == str(tiny_teacher)


def test_the_vectors_are_the_teachers_of_doc_comment_and_code(project: Path, build: Build, tiny_teacher: Path) -> None:
    build(project)
    snapshot = CodeIndex.open(project, encoder=None)._snapshot
    position = snapshot.columns["symbol"].index("sortByValue")
    expected = LocalTeacher(str(tiny_teacher)).encode_documents([FILES["src/sort.js"].strip()])
    np.testing.assert_allclose(snapshot.vectors[[position]], expected, atol=1e-5)


def test_only_what_changed_is_read_again(project: Path, build: Build) -> None:
    build(project)
    write(project, {"notes.txt": "other words\n", "new.py": "def brand_new():\n    return 1\n"})
    (project / "docs" / "guide.md").unlink()
    report = build(project)
    assert counts(report) == (1, 1, 1, 3)
    assert report.embedded == 2
    paths = {path for path, _, _ in held(project)}
    assert paths == {"src/cache.py", "src/sort.js", "tests/test_cache.py", "notes.txt", "new.py"}
    assert ("notes.txt", "", "other words") in held(project)
    (project / "notes.txt").touch()
    assert counts(build(project)) == (0, 0, 0, 5)


def test_a_renamed_file_needs_no_teacher(project: Path, build: Build, tiny_teacher: Path, tmp_path: Path) -> None:
    teacher = shutil.copytree(tiny_teacher, tmp_path / "teacher")
    build(project, teacher=str(teacher))
    shutil.rmtree(teacher)
    (project / "src").rename(project / "lib")
    assert counts(build(project, teacher=None)) == (2, 0, 2, 3)
    assert "lib/sort.js" in {path for path, _, _ in held(project)}
    write(project, {"notes.txt": "what the teacher never saw\n"})
    with pytest.raises(WeightsNotFoundError):
        build(project, teacher=None)
    assert ("notes.txt", "", "the list of values") in held(project)


def test_an_index_of_another_teacher_is_refused_until_it_is_rebuilt(
    project: Path, build: Build, tmp_path: Path
) -> None:
    build(project)
    other = build_model(tmp_path / "other", seed=7)
    write(project, {"notes.txt": "changed\n"})
    with pytest.raises(SpaceMismatchError, match=r"lies in the 48-d space .* --rebuild --teacher"):
        build(project, teacher=str(other))
    assert counts(build(project, teacher=str(other), rebuild=True)) == (5, 0, 0, 0)
    assert CodeIndex.open(project, encoder=None).stats.space.dim == 32


def test_an_index_of_another_version_is_refused_until_it_is_rebuilt(project: Path, build: Build) -> None:
    meta = build(project).folder / "index.json"
    values = json.loads(meta.read_text(encoding="utf-8"))
    meta.write_text(json.dumps({**values, "format_version": 0}), encoding="utf-8")
    for attempt in (lambda: build(project), lambda: CodeIndex.open(project, encoder=None)):
        with pytest.raises(CodeIndexError, match=r"format version 0; codequest .* reads 1\. .* --rebuild"):
            attempt()
    meta.write_text("{", encoding="utf-8")
    with pytest.raises(CodeIndexError, match=r"cannot be read \(JSONDecodeError.*--rebuild"):
        build(project)
    assert counts(build(project, rebuild=True)) == (5, 0, 0, 0)
    assert len(held(project)) == 6


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

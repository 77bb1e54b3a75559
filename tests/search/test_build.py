"""Index runs: incremental, renamed, killed, refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from codequest.errors import CodeIndexError, IndexNotFoundError, SpaceMismatchError, WeightsNotFoundError
from codequest.search import CodeIndex, IndexReport
from codequest.teachers import LocalTeacher
from tests.search.conftest import FILES, write
from tests.tiny import build_model

Build = Callable[..., IndexReport]


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def held(root: Path) -> set[tuple[str, str, str]]:
    """Every chunk of an index: path, symbol, text."""
    index = CodeIndex.open(root, encoder=None)
    snapshot = index._snapshot
    texts = snapshot.texts(range(len(snapshot)))
    return set(zip(snapshot.columns["path"], snapshot.columns["symbol"], texts, strict=True))


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


_KILLED = """
import os, sys
from codequest.search import CodeIndex
CodeIndex.build(sys.argv[1], teacher=sys.argv[2], progress=lambda what, done, total: print(what, done, flush=True))
"""


def _start(root: Path, teacher: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _KILLED, str(root), str(teacher)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ.copy()
    )


def test_a_killed_run_goes_on_and_embeds_nothing_twice(tmp_path: Path, build: Build, tiny_teacher: Path) -> None:
    many = {f"f{number}.py": f"def function_{number}(a):\n    return a + {number}\n" * 8 for number in range(150)}
    root = write(tmp_path / "many", many)
    process = _start(root, tiny_teacher)
    assert process.stdout is not None
    for line in process.stdout:
        what, _, done = line.strip().rpartition(" ")
        if what == "Embedding chunks" and int(done) > 100:
            break
    process.kill()
    process.wait()
    with pytest.raises(IndexNotFoundError):
        CodeIndex.open(root, encoder=None)
    seen: list[tuple[str, int]] = []
    report = build(root, progress=lambda what, done, total: seen.append((what, done)))
    assert (report.files, report.chunks) == (150, 1200)
    # The vectors that the killed run had computed are known: the first batch begins behind them.
    first = next(done for what, done in seen if what == "Embedding chunks")
    assert first > 100
    assert len(held(root)) == 150  # every function of a file has the same text


def test_two_runs_at_once_take_turns(project: Path, build: Build, tiny_teacher: Path) -> None:
    processes = [_start(project, tiny_teacher) for _ in range(2)]
    said = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert any("Waiting for another run" in text for text in said)
    assert len(held(project)) == 6


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


def test_a_folder_that_cannot_be_written_has_its_index_in_the_cache(
    project: Path, build: Build, tmp_path: Path
) -> None:
    (project / ".codequest").write_text("in the way", encoding="utf-8")
    report = build(project)
    assert report.folder.parent == tmp_path / "cache" / "indexes"
    index = CodeIndex.open(project / "src", encoder=None)
    assert (index.root, index.folder) == (project, report.folder)
    assert (project / ".codequest").read_text(encoding="utf-8") == "in the way"


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions")
def test_a_read_only_folder_is_indexed_all_the_same(project: Path, build: Build, tmp_path: Path) -> None:
    project.chmod(0o500)
    try:
        assert build(project).folder.parent == tmp_path / "cache" / "indexes"
    finally:
        project.chmod(0o700)


def test_nowhere_to_write_is_said(project: Path, build: Build, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (project / ".codequest").write_text("in the way", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(
        CodeIndexError, match=r"cannot be written: .*\.codequest: .*; .*Not a directory.*CODEQUEST_CACHE"
    ):
        build(project)


_FULL = """
import resource, sys
from codequest.errors import CodequestError
from codequest.search import CodeIndex
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    CodeIndex.build(sys.argv[1], teacher=sys.argv[2])
except CodequestError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("embedded_before", "message"),
    [
        (False, "vector cache .* cannot be used: .* free space"),
        (True, "cannot be written .* as it was before is intact"),
    ],
)
def test_a_full_disk_leaves_the_index_as_it_was(
    project: Path, build: Build, tiny_teacher: Path, tmp_path: Path, embedded_before: bool, message: str
) -> None:
    build(project)
    before = held(project)
    many = {f"f{number}.py": FILES["src/cache.py"] + f"# number {number}\n" * 20 for number in range(200)}
    write(project, many)
    if embedded_before:
        build(write(tmp_path / "elsewhere", many))
    largest_file = 60_000  # bytes: the text of 400 chunks needs more, and so do their vectors
    command = [sys.executable, "-c", _FULL, str(project), str(tiny_teacher), str(largest_file)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ.copy()).stdout
    assert re.search(message, printed)
    assert held(project) == before
    assert build(project).added == 200


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "nothing to index in .*: it has no file"),
        ({".env": "KEY=1", "a.png": "x"}, r"every file was skipped \(1 × .*1 × "),
        ({"a.py": "\n\n"}, r"1 × empty"),
    ],
)
def test_a_folder_without_code_is_refused(tmp_path: Path, build: Build, files: dict[str, str], message: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CodeIndexError, match=message):
        build(write(tmp_path / "empty", files))


def test_what_is_no_folder_is_refused(project: Path, build: Build, tmp_path: Path) -> None:
    with pytest.raises(CodeIndexError, match=r"missing does not exist\. Give the folder"):
        build(tmp_path / "missing")
    with pytest.raises(CodeIndexError, match=r"notes\.txt is a file"):
        build(project / "notes.txt")


def test_a_file_that_vanishes_during_the_run_is_gone(project: Path, build: Build) -> None:
    def remove(what: str, done: int, total: int) -> None:
        (project / "tests" / "test_cache.py").unlink(missing_ok=True)

    assert counts(build(project, progress=remove)) == (4, 0, 0, 0)


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

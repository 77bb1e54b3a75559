"""Index runs in trouble: killed, at once, on a full disk, over files that nobody expects."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError, IndexNotFoundError
from codequest.search import CodeIndex, IndexRun
from codequest.search import index_run as build_module
from tests.search.conftest import FILES, counts, held, write

Build = Callable[..., IndexRun]


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


def test_a_killed_run_leaves_the_index_that_was_there(project: Path, build: Build, tiny_teacher: Path) -> None:
    build(project)
    before = held(project)
    write(project, {f"f{number}.py": f"def function_{number}():\n    return {number}\n" for number in range(300)})
    process = _start(project, tiny_teacher)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(("Embedding chunks", "Building")):
            process.send_signal(signal.SIGKILL)
            break
    process.wait()
    assert held(project) == before
    assert counts(build(project)) == (300, 0, 0, 5)
    assert len(held(project)) == 306


def test_files_that_nobody_expects(project: Path, build: Build) -> None:
    with (project / "huge.py").open("wb") as file:
        file.truncate(200 * 2**20)
    (project / "latin.py").write_bytes(b"def caf\xe9():\n    return 'na\xefve unicorn'\n")
    (project / "loop").symlink_to(project, target_is_directory=True)
    (project / "itself.py").symlink_to("itself.py")
    os.mkfifo(project / "pipe.py")
    report = build(project)
    assert counts(report) == (6, 0, 0, 0)
    assert report.skipped == {"larger than 1 MB": 1, "symbolic link": 2, "not a regular file": 1}
    [hit] = CodeIndex.open(project, encoder=None).search("unicorn", mode="lexical")
    assert (hit.path, hit.text) == ("latin.py", "def caf\ufffd():\n    return 'na\ufffdve unicorn'")


def test_without_git_a_folder_is_walked(project: Path, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "-C", str(project), "init", "-q"], check=True)
    write(project, {".gitignore": "notes.txt\n"})
    monkeypatch.setenv("PATH", "")
    assert counts(build(project)) == (5, 0, 0, 0)
    assert {path for path, _, _ in held(project)} == {*FILES, ".gitignore"} - {"notes.txt"}


def test_a_file_that_vanishes_while_it_is_listed_is_gone(
    project: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(project)
    listed = build_module.list_files

    def vanishing(root: Path, skipped: Counter[str]) -> list[str]:
        paths = listed(root, skipped)
        (root / "notes.txt").unlink()
        shutil.rmtree(root / "docs")
        return paths

    monkeypatch.setattr(build_module, "list_files", vanishing)
    assert counts(build(project)) == (0, 0, 2, 3)
    assert not {"notes.txt", "docs/guide.md"} & {path for path, _, _ in held(project)}


def test_nothing_is_written_outside_the_index(project: Path, build: Build, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if (tmp_path / "cache") not in path.parents}
    build(project)
    after = {path for path in tmp_path.rglob("*") if (tmp_path / "cache") not in path.parents}
    assert {path.relative_to(tmp_path).parts[:2] for path in after - before} == {("cache",), ("project", ".codequest")}

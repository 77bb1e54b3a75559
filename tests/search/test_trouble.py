"""Index runs in trouble: killed, at once, on a full disk, over files that nobody expects."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError, IndexNotFoundError
from codequest.search import CodeIndex, IndexRun
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
    # The vectors that the killed run had computed are known: the first batch begins after them.
    first = next(done for what, done in seen if what == "Embedding chunks")
    assert first > 100
    assert len(held(root)) == 150  # every function of a file has the same text


def test_two_runs_at_once_take_turns(project: Path, build: Build, tiny_teacher: Path) -> None:
    processes = [_start(project, tiny_teacher) for _ in range(2)]
    said = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert any("Waiting for another run" in text for text in said)
    assert len(held(project)) == 6


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
        ({"a.py": "{\n}\n", "b.png": "x"}, "its files hold nothing but punctuation"),
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


def test_nothing_is_written_outside_the_index(project: Path, build: Build, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if (tmp_path / "cache") not in path.parents}
    build(project)
    after = {path for path in tmp_path.rglob("*") if (tmp_path / "cache") not in path.parents}
    assert {path.relative_to(tmp_path).parts[:2] for path in after - before} == {("cache",), ("project", ".codequest")}

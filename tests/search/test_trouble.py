"""Index runs in trouble: killed, at once, on a full disk, over files that nobody expects."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError, IndexNotFoundError
from codequest.search import CodeIndex, IndexRun
from tests.search.conftest import FILES, counts, held, write
from tests.teachers.counting import CountingTeacher

Build = Callable[..., IndexRun]

_RUN = """
import sys, time
from pathlib import Path
from codequest.search import CodeIndex
from tests.teachers.counting import CountingTeacher

class Held(CountingTeacher):
    def embed_batch(self, texts, side):
        while len(self.embedded) >= int(sys.argv[2]) and not Path(sys.argv[3]).exists():
            time.sleep(0.01)
        return super().embed_batch(texts, side)

def say(what, done, total):
    print(what, done, flush=True)

CodeIndex.build(sys.argv[1], teacher=Held(batch_tokens=256), progress=say)
"""


@contextmanager
def running(root: Path, *, held_after: int, released_by: Path) -> Iterator[subprocess.Popen[str]]:
    """A run in a process, whose teacher waits after so many texts until a file is there."""
    command = [sys.executable, "-c", _RUN, str(root), str(held_after), str(released_by)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str], beginning: str) -> int:
    """The number at the end of the first line that begins so."""
    assert process.stdout is not None
    return next(int(line.split()[-1]) for line in process.stdout if line.startswith(beginning))


@pytest.fixture
def build(build: Build) -> Build:
    """With the teacher of the processes."""
    return partial(build, teacher=CountingTeacher())


def test_a_killed_run_goes_on_and_embeds_nothing_twice(tmp_path: Path, build: Build) -> None:
    many = {f"f{number}.py": f"def function_{number}(a):\n    return a + {number}\n" * 8 for number in range(150)}
    root = write(tmp_path / "many", many)
    with running(root, held_after=1, released_by=tmp_path / "never") as process:
        embedded = said(process, "Embedding chunks")
    with pytest.raises(IndexNotFoundError):
        CodeIndex.open(root, encoder=None)
    seen: list[tuple[str, int]] = []
    report = build(root, progress=lambda what, done, total: seen.append((what, done)))
    assert (report.files, report.chunks) == (150, 1200)
    # The vectors that the killed run had computed are known: the first batch begins after them.
    first = next(done for what, done in seen if what == "Embedding chunks")
    assert first > embedded > 0
    assert len(held(root)) == 150  # every function of a file has the same text


def test_two_runs_at_once_take_turns(project: Path, tmp_path: Path, build: Build) -> None:
    go = {"released_by": tmp_path / "go"}
    with running(project, held_after=0, **go) as first:
        said(first, "Reading files")
        with running(project, held_after=0, **go) as second:
            said(second, "Waiting for another run")
            go["released_by"].touch()
            assert [process.wait(timeout=300) for process in (first, second)] == [0, 0]
    assert len(held(project)) == 6


_FULL = """
import resource, sys
from codequest.errors import CodequestError
from codequest.search import CodeIndex
from tests.teachers.counting import CountingTeacher
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    CodeIndex.build(sys.argv[1], teacher=CountingTeacher(dim=256))
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
    project: Path, build: Build, tmp_path: Path, embedded_before: bool, message: str
) -> None:
    build = partial(build, teacher=CountingTeacher(dim=256))
    build(project)
    before = held(project)
    many = {f"f{number}.py": FILES["src/cache.py"] + f"# number {number}\n" * 20 for number in range(200)}
    write(project, many)
    if embedded_before:
        build(write(tmp_path / "elsewhere", many))
    largest_file = 60_000  # bytes: the text of 400 chunks needs more, and so do their vectors
    command = [sys.executable, "-c", _FULL, str(project), str(largest_file)]
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


def test_a_killed_run_leaves_the_index_that_was_there(project: Path, build: Build, tmp_path: Path) -> None:
    build(project)
    before = held(project)
    write(project, {f"f{number}.py": f"def function_{number}():\n    return {number}\n" for number in range(300)})
    with running(project, held_after=1, released_by=tmp_path / "never") as process:
        said(process, "Embedding chunks")
    assert held(project) == before
    assert counts(build(project)) == (300, 0, 0, 5)
    assert len(held(project)) == 306


def test_nothing_is_written_outside_the_index(project: Path, build: Build, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if (tmp_path / "cache") not in path.parents}
    build(project)
    after = {path for path in tmp_path.rglob("*") if (tmp_path / "cache") not in path.parents}
    assert {path.relative_to(tmp_path).parts[:2] for path in after - before} == {("cache",), ("project", ".codequest")}

"""What killed processes left is cleared by the next one at the same place, and nothing else is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codequest.files import make_folder, put_back, replace_file, scratch_folder, tidy
from tests.files.steps import ROOT, names

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL, fork and permissions")

_OWNER = """
import sys
from pathlib import Path
from codequest.files import make_folder, scratch_folder

def wait(folder):
    (folder / "half.txt").write_text("half")
    print("filling", flush=True)
    sys.stdin.read()

if sys.argv[1] == "scratch":
    with scratch_folder() as folder:
        wait(folder)
else:
    make_folder(Path(sys.argv[1]), wait)
"""

_SEPARATED = [
    "unshare",
    "--pid",
    "--fork",
    "--kill-child",
    "--map-root-user",
]  # process ids of its own, as in a container


@contextmanager
def owner(final: Path | str, *, through: list[str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A process that is making a folder, until it is killed or its input ends."""
    process = subprocess.Popen(
        [*(through or []), sys.executable, "-c", _OWNER, str(final)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "filling\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def hidden(folder: Path) -> list[str]:
    return [name for name in names(folder) if name.startswith(".")]


@pytest.mark.parametrize("through", [[], _SEPARATED], ids=["here", "other process ids"])
def test_the_work_of_a_living_process_stays_and_that_of_a_dead_one_goes(through: list[str], tmp_path: Path) -> None:
    if through and (not shutil.which("unshare") or subprocess.run([*through, "true"], capture_output=True).returncode):
        pytest.skip("process ids cannot be separated here")
    with owner(tmp_path / "slow [1]", through=through) as process:
        work = hidden(tmp_path)
        assert len(work) == 1
        replace_file(tmp_path / "file", b"content")
        make_folder(tmp_path / "folder", lambda folder: None)
        tidy(tmp_path)
        assert hidden(tmp_path) == work
        process.communicate(input="")
        assert process.returncode == 0
    assert names(tmp_path) == ["file", "folder", "slow [1]"]
    with owner(tmp_path / "killed", through=through):
        assert len(hidden(tmp_path)) == 1
    replace_file(tmp_path / "file", b"content")
    assert names(tmp_path) == ["file", "folder", "slow [1]"]


def test_a_scratch_folder_goes_with_its_process_or_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with owner("scratch"):
        with scratch_folder() as folder:
            assert (folder.stat().st_mode & 0o777, folder.parent.stat().st_mode & 0o777) == (0o755, 0o700)
            assert len(hidden(tmp_path)) == 2
        assert len(hidden(tmp_path)) == 1
    with scratch_folder() as folder:
        assert hidden(tmp_path) == [folder.parent.name]
    assert names(tmp_path) == []


def test_only_what_is_a_workplace_is_cleared(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "lock").write_text("mine")
    (precious / "new").write_text("mine")
    token = "0123456789ab"
    (tmp_path / f".link.codequest-{token}").symlink_to(precious)
    (tmp_path / f".file.codequest-{token}").write_text("mine")
    (tmp_path / f".folder-{token}").mkdir()
    without_lock = tmp_path / f".filled.codequest-{token}"
    linked = tmp_path / f".linked.codequest-{token}"
    piped = tmp_path / f".piped.codequest-{token}"
    for folder in (without_lock, linked, piped):
        folder.mkdir()
        (folder / "new").write_text("mine")
    (linked / "lock").symlink_to(precious / "lock")
    os.mkfifo(piped / "lock")
    kept = names(tmp_path)
    (tmp_path / f".started.codequest-{token}").mkdir()  # killed before it had a lock
    tidy(tmp_path)
    assert names(tmp_path) == kept
    assert names(precious) == ["lock", "new"]
    assert [names(folder) for folder in (without_lock, linked, piped)] == [["new"], ["lock", "new"], ["lock", "new"]]


def left(parent: Path, token: str, *, old: str) -> Path:
    """A workplace of a process that was killed between the two renames of a replacing save."""
    work = parent / f".final.codequest-{token * 12}"
    (work / "old").mkdir(parents=True)
    (work / "old" / "file").write_text(old)
    (work / "new").mkdir()
    (work / "lock").touch()
    return work


def test_what_was_moved_aside_goes_back_if_it_is_clear_which(tmp_path: Path) -> None:
    final = tmp_path / "final"
    left(tmp_path, "a", old="one")
    put_back(tmp_path / "other")
    assert not final.exists()
    put_back(final)
    assert (final / "file").read_text() == "one"
    assert names(tmp_path) == ["final"]
    left(tmp_path, "b", old="two")
    put_back(final)  # nothing is missing
    assert len(names(tmp_path)) == 2
    tidy(tmp_path)
    assert names(tmp_path) == ["final"]
    shutil.rmtree(final)
    works = [left(tmp_path, token, old=token) for token in "cd"]
    put_back(final)
    tidy(tmp_path)
    assert names(tmp_path) == [work.name for work in works]
    assert [(work / "old" / "file").read_text() for work in works] == ["c", "d"]

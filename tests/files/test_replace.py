"""Files and folders appear whole, or not at all; a failure or a kill leaves what was there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codequest.files import make_folder, replace_file, replace_folder, save_file
from tests.files.steps import ROOT, content, ends, names

posix = pytest.mark.skipif(os.name == "nt", reason="SIGKILL, fork and permissions")


def fill(text: str):
    def write(folder: Path) -> None:
        for name in ("a.txt", "b.txt"):
            (folder / name).write_text(text, encoding="utf-8")

    return write


def test_a_file_is_replaced_and_nothing_is_left_next_to_it(tmp_path: Path) -> None:
    final = tmp_path / "new" / "file.json"
    replace_file(final, b"one")
    replace_file(final, b"two")
    assert final.read_bytes() == b"two"
    assert names(final.parent) == ["file.json"]


def test_a_folder_is_replaced(tmp_path: Path) -> None:
    for text in ("one", "two"):
        replace_folder(tmp_path / "folder", fill(text))
    assert content(tmp_path / "folder") == "two"
    assert names(tmp_path) == ["folder"]


@posix
def test_what_was_private_stays_private_and_what_is_new_follows_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        replace_file(tmp_path / "file", b"one")
        replace_folder(tmp_path / "folder", fill("one"))
        assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("file", "folder")] == [0o640, 0o750]
        for name in ("file", "folder"):
            (tmp_path / name).chmod(0o700)
        os.umask(0o022)
        replace_file(tmp_path / "file", b"two")
        replace_folder(tmp_path / "folder", fill("two"))
        assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("file", "folder")] == [0o700, 0o700]
    finally:
        os.umask(old)


def test_something_else_in_its_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "folder", b"new")
    for name in ("file", "link"):
        with pytest.raises(NotADirectoryError, match=name):
            replace_folder(tmp_path / name, fill("new"))
    with pytest.raises(NotADirectoryError, match="file"):
        make_folder(tmp_path / "file", fill("new"))
    with pytest.raises(FileExistsError, match="file"):
        replace_file(tmp_path / "file" / "inside", b"new")
    assert names(tmp_path) == ["file", "folder", "link"]
    assert names(tmp_path / "folder") == ["inside"]
    assert (tmp_path / "file").read_text() == "old"


def test_a_link_to_a_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("untouched")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    replace_file(tmp_path / "link", b"new")
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "link").read_bytes() == b"new"
    assert (tmp_path / "elsewhere").read_text() == "untouched"


def test_what_fails_while_it_is_filled_loses_nothing(tmp_path: Path) -> None:
    replace_folder(tmp_path / "folder", fill("old"))

    def fails(folder: Path) -> None:
        fill("half")(folder)
        raise KeyboardInterrupt

    for write in (replace_folder, make_folder):
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            write(tmp_path / "folder", fails)
    assert content(tmp_path / "folder") == "old"
    assert names(tmp_path) == ["folder"]


def test_of_two_that_make_a_folder_the_first_wins(tmp_path: Path) -> None:
    final = tmp_path / "cache" / "folder"

    def overtaken(folder: Path) -> None:
        make_folder(final, fill("first"))
        fill("second")(folder)

    make_folder(final, overtaken)
    assert content(final) == "first"
    assert names(final.parent) == ["folder"]


def test_of_two_that_replace_a_folder_the_last_wins(tmp_path: Path) -> None:
    replace_folder(tmp_path / "folder", fill("old"))

    def overtaken(folder: Path) -> None:
        replace_folder(tmp_path / "folder", fill("first"))
        fill("last")(folder)

    replace_folder(tmp_path / "folder", overtaken)
    assert content(tmp_path / "folder") == "last"
    assert names(tmp_path) == ["folder"]


WAYS = [("replace_folder", True), ("replace_folder", False), ("replace_file", True)]


@posix
@pytest.mark.parametrize(("kind", "exchanging"), WAYS)
def test_killed_before_any_step_there_is_the_old_or_the_new_and_the_next_save_leaves_nothing_else(
    kind: str, exchanging: bool, tmp_path: Path
) -> None:
    every = ends(tmp_path, kind, exchanging=exchanging)
    assert len(every) > 12
    found = [end["found"] for end in every]
    assert found == sorted(found, reverse=True)  # the old one, from some step on the new one
    assert set(found) == {"old", "new"}
    assert {(end["next"], *end["names"]) for end in every} == {("next", "final")}
    assert sum(end["missing"] for end in every) == (0 if exchanging else 1)


@posix
@pytest.mark.parametrize(("kind", "exchanging"), WAYS)
def test_a_save_that_fails_at_any_step_has_changed_nothing_and_one_that_does_not_is_done(
    kind: str, exchanging: bool, tmp_path: Path
) -> None:
    every = ends(tmp_path, kind, ending="refused", exchanging=exchanging)
    assert {(end["ended"], end["found"]) for end in every} == {("failed", "old"), ("succeeded", "new")}
    assert not any(end["missing"] for end in every)
    assert {(end["next"], *end["names"]) for end in every} == {("next", "final")}


@posix
def test_a_folder_of_a_cache_whose_making_was_killed_is_made_by_the_next_process(tmp_path: Path) -> None:
    every = ends(tmp_path, "make_folder")
    assert {(end["found"], end["next"], *end["names"]) for end in every} == {
        (None, "next", "final"),
        ("new", "new", "final"),
    }


@posix
@pytest.mark.slow
@pytest.mark.parametrize("exchanging", [True, False])
def test_killed_twice_before_any_two_steps_nothing_is_lost(exchanging: bool, tmp_path: Path) -> None:
    every = ends(tmp_path, "replace_folder", exchanging=exchanging, pairs=True)
    assert len(every) > 400
    assert {end["found"] for end in every} == {"old", "new", "newer"}
    assert {(end["next"], *end["names"]) for end in every} == {("next", "final")}


_LITTLE_SPACE = """
mount -t tmpfs -o size=1m tmpfs {folder} && {python} - <<'END'
from pathlib import Path
from codequest.files import make_folder, replace_file, replace_folder, save_file
from tests.files.steps import content, names

def fill(size):
    return lambda folder: [(folder / name).write_text("x" * size) for name in ("a.txt", "b.txt")]

folder = Path({folder!r})
replace_folder(folder / "folder", fill(1000))
replace_file(folder / "file", b"old")
for attempt in (
    lambda: replace_folder(folder / "folder", fill(900_000)),
    lambda: make_folder(folder / "made", fill(900_000)),
    lambda: replace_file(folder / "file", b"x" * 2_000_000),
):
    try:
        attempt()
    except OSError as error:
        print(error.strerror)
print(names(folder), content(folder / "folder") == "x" * 1000, content(folder / "file"))
END
mount -o remount,ro {folder} && {python} - <<'END'
from pathlib import Path
from codequest.files import put_back, replace_file, tidy
folder = Path({folder!r})
try:
    replace_file(folder / "file", b"new")
except OSError as error:
    print(error.strerror)
put_back(folder / "missing")
tidy(folder)
END
"""


def test_a_full_and_a_read_only_disk_leave_what_was_there(tmp_path: Path) -> None:
    alone = ["unshare", "--mount", "--map-root-user"]  # what is mounted is seen by this process only
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    process = subprocess.run(
        [*alone, "sh", "-c", _LITTLE_SPACE.format(folder=str(tmp_path), python=sys.executable)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    full = "No space left on device"
    expected = [full, full, full, "['file', 'folder'] True old", "Read-only file system"]
    assert process.stdout.splitlines() == expected, process.stderr


def test_what_a_user_names_is_followed_and_a_pipe_is_written_into(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    save_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"
    if os.name != "nt":
        os.mkfifo(tmp_path / "pipe")
        with subprocess.Popen(["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE) as reader:
            save_file(tmp_path / "pipe", b"through")
            assert reader.communicate()[0] == b"through"
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OSError, match=r"symbolic links.*loop"):
        save_file(tmp_path / "loop", b"new")
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        save_file(tmp_path, b"new")

"""Files below a folder, and never what lies outside."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from codequest.code import inside as inside_module
from codequest.code.inside import LINK, OUTSIDE, ROOT, SPECIAL, Entry, Inside
from codequest.errors import UnsafePathError
from tests.code.crafted import SECRET, write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and pipes")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, {"root/a.py": "a", "root/src/b.py": "bb", "outside/b.py": SECRET})
    return tmp_path / "root"


@pytest.fixture(params=["by handle", "by path"])
def inside(request: pytest.FixtureRequest, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inside]:
    """As on this system, and as on one that opens nothing below an open folder."""
    if request.param == "by path":
        monkeypatch.setattr(inside_module, "BY_HANDLE", False)
    with Inside(root) as opened:
        yield opened


def test_files_are_read_with_what_they_are(inside: Inside, root: Path) -> None:
    status, content = inside.read("src/b.py", most=10)
    assert (status.st_size, content) == (2, b"bb")
    assert inside.status("src/b.py") == (root / "src" / "b.py").stat()
    assert inside.read("a.py", most=10)[1] == b"a"
    assert inside.entries(ROOT) == [Entry("a.py", False, False), Entry("src", True, False)]
    assert inside.entries("src") == [Entry("b.py", False, False)]
    with pytest.raises(FileNotFoundError, match="none"):
        inside.read("src/none.py", most=10)
    with pytest.raises(NotADirectoryError, match=r"a\.py"):
        inside.read("a.py/b.py", most=10)


def test_no_more_is_read_than_asked_for(inside: Inside, root: Path) -> None:
    with (root / "huge").open("wb") as file:
        file.truncate(2**40)
    assert len(inside.read("huge", most=100)[1]) == 101


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "..", "../outside/b.py", "src/../../outside/b.py", "/etc/passwd", "//etc/passwd"),
        *("./a.py", "src//b.py", "a.py/", "a.py\0", "src/./b.py", "src/../a.py"),
    ],
)
def test_a_path_that_is_not_plain_is_refused(inside: Inside, path: str) -> None:
    for use in (inside.status, lambda path: inside.read(path, most=10)):
        with pytest.raises(UnsafePathError, match=OUTSIDE):
            use(path)


def test_links_are_not_followed(inside: Inside, root: Path) -> None:
    (root / "file").symlink_to("../outside/b.py")
    (root / "folder").symlink_to("../outside")
    (root / "src" / "up").symlink_to("..")
    (root / "proc").symlink_to("/proc/self/root")
    (root / "loop").symlink_to("loop")
    for path in ("file", "folder/b.py", "src/up/a.py", "proc/etc/passwd", "loop", "loop/a"):
        with pytest.raises(UnsafePathError, match=LINK):
            inside.read(path, most=10)
    with pytest.raises(UnsafePathError, match=LINK):
        inside.status("folder/b.py")
    with pytest.raises(UnsafePathError, match=LINK):
        inside.entries("folder")
    assert [entry for entry in inside.entries(ROOT) if entry.is_link] == [
        Entry(name, False, True) for name in ("file", "folder", "loop", "proc")
    ]


def test_the_folder_itself_may_be_named_by_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    with Inside(tmp_path / "link") as inside:
        (tmp_path / "link").unlink()
        (tmp_path / "link").symlink_to(tmp_path / "outside")
        assert inside.read("src/b.py", most=10)[1] == b"bb"


def test_what_is_no_file_is_neither_opened_nor_waited_for(inside: Inside, root: Path) -> None:
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(root / "socket"))
    for path in ("pipe", "socket", "src"):
        with pytest.raises(UnsafePathError, match=SPECIAL):
            inside.read(path, most=10)


@pytest.mark.skipif(not inside_module.BY_HANDLE, reason="without handles a swap can only be noticed afterwards")
def test_a_swap_between_look_and_opening_finds_nothing(root: Path) -> None:
    done = threading.Event()
    swaps = 0

    def swap() -> None:
        nonlocal swaps
        while not done.is_set():
            with suppress(OSError):
                (root / "src").rename(root / "aside")
                (root / "src").symlink_to("../outside")
                (root / "src").unlink()
                (root / "aside").rename(root / "src")
                (root / "new").symlink_to("../outside/b.py")
                (root / "new").replace(root / "a.py")
                (root / "new").write_text("a", encoding="utf-8")
                (root / "new").replace(root / "a.py")
                swaps += 1

    thread = threading.Thread(target=swap)
    thread.start()
    found, refused = set(), 0
    try:
        while swaps < 3000 or not refused:
            for path in ("src/b.py", "a.py"):
                with Inside(root) as inside:
                    try:
                        found.add(inside.read(path, most=100)[1])
                    except OSError:
                        refused += 1
    finally:
        done.set()
        thread.join()
    assert found == {b"a", b"bb"}

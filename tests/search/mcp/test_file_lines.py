"""Only indexed files can be read, whatever an agent asks for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError, InvalidInputError
from codequest.search import CodeIndex, IndexRun
from codequest.search.mcp.file_lines import read_lines
from tests.search.conftest import FILES, build, project, write  # noqa: F401

SECRETS = {".env": "KEY=sk-1", "deploy.pem": "sk-2", "src/.ssh/id_rsa": "sk-3", "ignored.py": "sk-4", ".git-x": ""}


@pytest.fixture
def index(project: Path, build: Callable[..., IndexRun], tmp_path: Path) -> CodeIndex:  # noqa: F811
    """With secrets in it and around it."""
    write(tmp_path, {"outside.py": "sk-5 = 1\n"})
    write(
        project,
        {**SECRETS, ".gitignore": "ignored.py\n", "long.py": "value = 1\n" * 900, "crlf.py": "one = 1\r\ntwo = 2"},
    )
    (project / "link.py").symlink_to(tmp_path / "outside.py")
    build(project)
    return CodeIndex.open(project, encoder=None)


def test_lines_are_those_of_the_file_as_it_is_now(index: CodeIndex) -> None:
    lines = read_lines(index, "src/cache.py", 4, 5)
    assert (lines.path, lines.start_line, lines.end_line, lines.total_lines) == ("src/cache.py", 4, 5, 6)
    assert lines.text == '    def load_entry(self, key):\n        """Read the file of an entry."""'
    write(index.root, {"src/cache.py": "# changed\n"})
    assert read_lines(index, "./src/cache.py").text == "# changed"
    assert read_lines(index, str(index.root / "src/cache.py")).path == "src/cache.py"
    assert read_lines(index, "crlf.py").text == "one = 1\ntwo = 2"


def test_long_files_come_in_parts(index: CodeIndex) -> None:
    first = read_lines(index, "long.py")
    assert (first.start_line, first.end_line, first.total_lines) == (1, 400, 900)
    last = read_lines(index, "long.py", 801, 5000)
    assert (last.start_line, last.end_line, last.text.count("\n")) == (801, 900, 99)


@pytest.mark.parametrize(
    "path",
    [
        *SECRETS,
        "link.py",
        "../outside.py",
        "src/../../outside.py",
        "src/../.env",
        "src/..",
        "..",
        "",
        ".",
        "src",
        "/etc/passwd",
        "~/.ssh/id_rsa",
        ".codequest/index.json",
        "src/cache.py\0.env",
        "SRC/CACHE.PY",
        "src\\cache.py",
        "file:///etc/passwd",
    ],
)
def test_nothing_else_can_be_read(index: CodeIndex, path: str) -> None:
    for given in (path, str(index.root / path)):
        with pytest.raises(InvalidInputError, match="is not in the index of"):
            read_lines(index, given)


def test_an_indexed_file_that_became_a_link_is_refused(index: CodeIndex, tmp_path: Path) -> None:
    (index.root / "src/sort.js").unlink()
    (index.root / "src/sort.js").symlink_to(tmp_path / "outside.py")
    with pytest.raises(CodeIndexError, match=r"src/sort.js is not read: symbolic link"):
        read_lines(index, "src/sort.js")
    write(tmp_path, {"elsewhere/guide.md": "sk-6"})
    (index.root / "docs/guide.md").unlink()
    (index.root / "docs").rmdir()
    (index.root / "docs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CodeIndexError, match=r"docs/guide.md is not read: symbolic link"):
        read_lines(index, "docs/guide.md")
    (index.root / "notes.txt").unlink()
    (index.root / "notes.txt").symlink_to("notes.txt")
    with pytest.raises(CodeIndexError, match=r"notes.txt is not read: symbolic link"):
        read_lines(index, "notes.txt")


def test_an_indexed_file_that_became_something_else_is_refused(index: CodeIndex) -> None:
    write(index.root, {"notes.txt": f"-----BEGIN RSA PRIVATE KEY-----\n{'QUJD' * 16}\n"})
    with pytest.raises(CodeIndexError, match=r"notes.txt is not read: may hold secrets"):
        read_lines(index, "notes.txt")
    (index.root / "src/sort.js").unlink()
    with pytest.raises(
        CodeIndexError, match=r"cannot be read \(No such file or directory\).*run codequest index again"
    ):
        read_lines(index, "src/sort.js")
    os.mkfifo(index.root / "src/sort.js")
    with pytest.raises(CodeIndexError, match="is not read: not a regular file"):
        read_lines(index, "src/sort.js")
    (index.root / "long.py").write_bytes(b"\0" * 20)
    with pytest.raises(CodeIndexError, match=r"long.py is not read: binary"):
        read_lines(index, "long.py")
    (index.root / "long.py").write_bytes(b"x\n" * 1_000_000)
    with pytest.raises(CodeIndexError, match=r"long.py is not read: larger than 1 MB"):
        read_lines(index, "long.py")


def test_lines_that_are_not_there_are_refused(index: CodeIndex) -> None:
    for start, end in ((0, 3), (-1, None), (5, 4)):
        with pytest.raises(InvalidInputError, match="Lines are counted from 1, first to last"):
            read_lines(index, "notes.txt", start, end)
    with pytest.raises(InvalidInputError, match=r"notes.txt has 1 line, got a start of 2"):
        read_lines(index, "notes.txt", 2)

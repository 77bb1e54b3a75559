"""What git says of a folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from codequest.code.git import git, git_files, is_ignored

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git")


@needs_git
def test_what_is_tracked_or_would_be(tmp_path: Path) -> None:
    for name in ("é.py", "a.tmp", "out/b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*.tmp\nout/\n", encoding="utf-8")
    subprocess.run(["git", "-C", str(tmp_path), "init", "-q"], check=True)
    assert sorted(git_files(tmp_path) or []) == [Path(".gitignore"), Path("é.py")]
    assert is_ignored(tmp_path / "out")
    assert git_files(tmp_path / "out") is None
    assert git(tmp_path, "rev-parse", "--is-inside-work-tree") == "true\n"
    assert git(tmp_path, "no-such-command") is None


def test_without_git_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert (git(tmp_path, "status"), git_files(tmp_path), is_ignored(tmp_path)) == (None, None, False)

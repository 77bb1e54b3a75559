"""Which repository a folder is in, and which of them git is not asked about."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from codequest.code.git import commits, git_files
from codequest.code.git.repository import Repository
from codequest.errors import CodequestWarning
from tests.code.crafted import BORROWED, PROGRAMS, SECRET, Place, deep_folders, git

pytestmark = pytest.mark.skipif(shutil.which("git") is None or os.name == "nt", reason="git")


def test_the_repository_is_the_nearest_one_with_files(tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    (place.root / "src" / ".git").mkdir()
    assert Repository.around(place.root / "src" / "b.py") == Repository(place.root)
    assert Repository.around(place.root / ".git" / "refs") is None
    assert Repository.around(tmp_path) is None
    assert Repository(place.root).oddity() == ""


def test_work_trees_and_submodules_that_both_sides_know_are_read(tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    git(place.root, "worktree", "add", "-q", str(tmp_path / "second"))
    git(place.root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(place.outside), "inner")
    assert sorted(git_files(tmp_path / "second") or []) == ["a.py", "src/b.py"]
    assert len(list(commits(tmp_path / "second", most=9))) == 1
    assert sorted(git_files(place.root / "inner") or []) == [".gitignore", f"{SECRET}.py"]
    assert len(list(commits(place.root / "inner", most=9))) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("git file to another repository", r"its \.git leads to .*/outside/\.git, which is of another folder"),
        ("objects of another repository", r"alternates takes objects from elsewhere \(git repack -a -d"),
        ("linked index", "index is a symbolic link to somewhere else"),
        ("included settings", "config includes other files"),
    ],
)
def test_why_git_is_not_asked_is_said(name: str, reason: str, tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    (PROGRAMS | BORROWED)[name](place)
    with pytest.warns(CodequestWarning, match=f"git is not asked about .*/root: .*{reason}"):
        assert git_files(place.root) is None


@pytest.mark.parametrize("name", ["HEAD", "config", "info/exclude", "packed-refs", "objects/info/alternates"])
def test_a_pipe_inside_a_repository_is_not_opened(name: str, tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    (place.root / ".git" / name).unlink(missing_ok=True)
    os.mkfifo(place.root / ".git" / name)
    with pytest.warns(CodequestWarning, match=f"git is not asked about .*{name} is no regular file"):
        assert git_files(place.root) is None


def test_folders_in_folders_without_end_do_not_end_the_process(tmp_path: Path) -> None:
    place = Place.make(tmp_path)
    with deep_folders(place.root / ".git" / "refs", 1100):
        assert sorted(git_files(place.root) or []) == ["a.py", "src/b.py"]

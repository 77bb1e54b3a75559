"""Where an index lies."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import (
    CodeIndexError,
    IndexNotFoundError,
)
from codequest.search import CodeIndex, IndexRun
from tests.search.freshness.test_look import git, needs_git

Build = Callable[..., IndexRun]


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


def test_the_index_is_found_from_a_folder_inside(project: Path, build: Build, tmp_path: Path) -> None:
    build(project)
    for inside in ("src", "src/cache.py"):
        assert CodeIndex.open(project / inside, encoder=None).root == project
    with pytest.raises(IndexNotFoundError, match=r"has no code index.* codequest index "):
        CodeIndex.open(tmp_path, encoder=None)


@needs_git
@pytest.mark.parametrize("inner", ["a repository", "a work tree"])
def test_the_index_around_a_repository_inside_another_is_not_its_index(project: Path, build: Build, inner: str) -> None:
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-qm", "one")
    build(project)
    if inner == "a work tree":
        git(project, "worktree", "add", "-q", "inner")
    else:
        git(project, "init", "-q", "inner")
    with pytest.raises(IndexNotFoundError, match=r"inner has no code index"):
        CodeIndex.open(project / "inner", encoder=None)


@needs_git
def test_an_index_of_a_folder_of_repositories_is_that_of_each(project: Path, build: Build) -> None:
    git(project / "src", "init", "-q")
    build(project)
    assert CodeIndex.open(project / "src", encoder=None).root == project

"""An index for a search where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.errors import IndexNotFoundError
from codequest.search.at_once import folder_to_index
from tests.search.conftest import write
from tests.search.freshness.test_look import git, needs_git


@needs_git
def test_the_whole_work_tree_is_indexed(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"src/a.py": "a"})
    git(root, "init", "-q")
    assert folder_to_index(root / "src" / "a.py") == folder_to_index(root / "src") == folder_to_index(root) == root


def test_outside_git_it_is_the_folder_itself(tmp_path: Path) -> None:
    root = write(tmp_path / "shop", {"src/a.py": "a"})
    assert folder_to_index(root / "src") == root / "src"
    assert folder_to_index(root / "src" / "a.py") == root / "src"


@needs_git
def test_a_home_folder_is_not_indexed_without_being_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = write(tmp_path / "people" / "me", {"shop/a.py": "a"})
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for folder in (home, home.parent, Path(home.anchor)):
        with pytest.raises(IndexNotFoundError, match=r"none is made of a home folder.* codequest index "):
            folder_to_index(folder)
    assert folder_to_index(home / "shop") == home / "shop"
    git(home, "init", "-q")  # as those have it who keep their settings in git
    assert folder_to_index(home / "shop") == home / "shop"

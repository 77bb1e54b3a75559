"""Two folders take each other's name, or neither does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from codequest.files.exchange import exchange

pytestmark = pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="the system cannot")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "first", tmp_path / "é\udce9"
    for folder in (first, second):
        folder.mkdir()
        (folder / folder.name).touch()
    return first, second


def test_two_folders_take_each_others_name(folders: tuple[Path, Path]) -> None:
    first, second = folders
    assert exchange(first, second)
    assert [path.name for path in first.iterdir()] == [second.name]
    assert [path.name for path in second.iterdir()] == [first.name]


def test_what_is_missing_is_an_error(folders: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        exchange(folders[0], tmp_path / "missing")
    assert [path.name for path in folders[0].iterdir()] == ["first"]


def test_what_the_system_refuses_as_not_possible_is_no_error(folders: tuple[Path, Path]) -> None:
    inside = folders[0] / "inside"
    inside.mkdir()
    assert not exchange(folders[0], inside)

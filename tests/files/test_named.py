"""Folders by the names that people give."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.files import folder_named


def test_a_folder_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a").mkdir()
    (tmp_path / "file").touch()
    assert {folder_named(name) for name in ("a", "./a", "~/a", Path("a"), tmp_path / "a")} == {tmp_path / "a"}


@pytest.mark.parametrize("name", ["b", "file", "", "x" * 5000, "a\0b", "~no-such-user/a", "https://host/a"])
def test_what_names_no_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert folder_named(name) is None

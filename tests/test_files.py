"""Files and folders appear whole, or not at all; a failure leaves what was there."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from codequest import files as folders
from codequest.files import make_folder, readable_json, replace_file, replace_folder


def fill(text: str):
    return lambda folder: (folder / "file.txt").write_text(text, encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_and_nothing_is_left_next_to_it(tmp_path: Path) -> None:
    final = tmp_path / "new" / "file.json"
    replace_file(final, b"one")
    replace_file(final, b"two")
    assert final.read_bytes() == b"two"
    assert names(final.parent) == ["file.json"]
    assert final.stat().st_mode & 0o777 == 0o644


def test_a_file_that_cannot_be_renamed_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "file.json" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "file.json", b"new")
    assert names(tmp_path) == ["file.json"]


def test_a_folder_is_replaced(tmp_path: Path) -> None:
    for text in ("one", "two"):
        replace_folder(tmp_path / "folder", fill(text))
    assert (tmp_path / "folder" / "file.txt").read_text(encoding="utf-8") == "two"
    assert names(tmp_path) == ["folder"]


def test_what_fails_while_it_is_filled_or_renamed_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    final = tmp_path / "folder"
    replace_folder(final, fill("old"))

    def fails(folder: Path) -> None:
        (folder / "half.txt").write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        replace_folder(final, fails)
    rename = Path.rename

    def refuses_the_last(self: Path, target: Path) -> Path:
        if Path(target) == final and self.name != "old":
            raise OSError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuses_the_last)
    with pytest.raises(OSError, match="Permission"):
        replace_folder(final, fill("new"))
    assert (final / "file.txt").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["folder"]


def test_of_two_that_make_a_folder_the_first_wins(tmp_path: Path) -> None:
    final = tmp_path / "cache" / "folder"

    def overtaken(folder: Path) -> None:
        make_folder(final, fill("first"))
        (folder / "file.txt").write_text("second", encoding="utf-8")

    make_folder(final, overtaken)
    assert (final / "file.txt").read_text(encoding="utf-8") == "first"
    assert names(final.parent) == ["folder"]


def test_what_was_killed_an_hour_ago_is_removed(tmp_path: Path) -> None:
    for name, age in ((".folder-old", 2 * folders._STALE_AFTER_SECONDS), (".folder-new", 60)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    make_folder(tmp_path / "folder", fill("text"))
    assert names(tmp_path) == [".folder-new", "folder"]


def test_json_for_people_has_one_order_and_no_number_that_json_lacks() -> None:
    assert readable_json({"b": [1.5], "a": "é"}) == '{\n  "a": "é",\n  "b": [\n    1.5\n  ]\n}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        readable_json({"a": float("nan")})

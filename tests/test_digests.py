"""Digests of files, remembered while the files stay as they are."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from codequest.digests import file_digest

LARGE = b"weights " * 2**18


def aged(path: Path, content: bytes) -> Path:
    """A file whose last change is not a moment ago, by the clock that a program can set."""
    path.write_bytes(content)
    os.utime(path, (1e9, 1e9))
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "digests"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 60)


@pytest.mark.usefixtures("later")
def test_that_of_a_large_file_is_remembered_until_the_file_changes(tmp_path: Path, cache: Path) -> None:
    path = aged(tmp_path / "w", LARGE)
    assert file_digest(path) == hashlib.sha256(LARGE).hexdigest()
    [note] = cache.iterdir()
    wrong = note.read_text(encoding="utf-8").replace(file_digest(path), "0" * 64)
    note.write_text(wrong, encoding="utf-8")
    assert file_digest(path) == "0" * 64  # so the note is what answers
    other = LARGE[:-1] + b"!"
    aged(path, other)  # of the same size, with the same time of modification
    assert file_digest(path) == hashlib.sha256(other).hexdigest()


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("content", [b"", b"{", b"[" * 10**5, b'{"digest": 1}'])
def test_a_damaged_note_is_made_anew(tmp_path: Path, cache: Path, content: bytes) -> None:
    path = aged(tmp_path / "w", LARGE)
    expected = file_digest(path)
    [note] = cache.iterdir()
    whole = note.read_bytes()
    note.write_bytes(content)
    assert file_digest(path) == expected
    assert note.read_bytes() == whole


def test_a_file_that_changed_a_moment_ago_or_is_small_is_hashed_every_time(tmp_path: Path, cache: Path) -> None:
    for content in (LARGE, b"small"):
        path = aged(tmp_path / "w", content)  # a link count or a time that is set counts as a change
        assert file_digest(path) == hashlib.sha256(content).hexdigest()
    assert not cache.exists()


def test_a_folder_has_none(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        file_digest(tmp_path)

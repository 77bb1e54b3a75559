"""States of files, and the clock of their file system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codequest.search.freshness.states import ABSENT, UNSETTLED, FileClock, state_at, state_of


def test_a_state_tells_every_change_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("one", encoding="utf-8")
    status = file.stat()
    first = state_of(status)
    assert first == (3, status.st_mtime_ns, status.st_ctime_ns, status.st_ino) == state_at(str(file))
    clock = FileClock(tmp_path / "a.py")
    assert clock.is_past(status)
    file.write_text("two", encoding="utf-8")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))  # as if nothing had happened
    assert state_at(str(file))[:2] == first[:2]
    assert state_at(str(file)) != first
    (tmp_path / "b.py").write_text("two", encoding="utf-8")
    (tmp_path / "b.py").replace(file)
    assert state_at(str(file))[3] != first[3]


@pytest.mark.parametrize("name", ["missing", "a\0b"])
def test_what_is_not_there_has_a_state(tmp_path: Path, name: str) -> None:
    assert state_at(str(tmp_path / name)) == ABSENT


@pytest.mark.parametrize("moment", [-(2**62), 2**62])
def test_a_state_fits_into_a_table_whenever_the_file_was_changed(tmp_path: Path, moment: int) -> None:
    file = tmp_path / "a.py"
    file.touch()
    try:
        os.utime(file, ns=(moment, moment))
    except OSError:
        pytest.skip("this file system knows no such times")
    assert all(0 <= part < 2**63 for part in state_at(str(file)))


def test_a_change_in_the_tick_that_is_read_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "clock").touch()
    clock = FileClock(tmp_path / "clock")
    for number in range(20):
        file = tmp_path / f"{number}.py"
        file.write_text("one", encoding="utf-8")
        assert clock.is_past(file.stat())
        before = state_at(str(file))
        file.write_text("two", encoding="utf-8")
        assert state_at(str(file)) != before


def test_a_change_after_the_clock_was_read_is_not_relied_on(tmp_path: Path) -> None:
    (tmp_path / "clock").touch()
    file = tmp_path / "a.py"
    file.touch()
    clock = FileClock(tmp_path / "clock")
    assert clock.is_past(file.stat())
    assert clock.state_before(str(file)) == state_at(str(file))
    file.write_text("later", encoding="utf-8")
    assert clock.state_before(str(file)) == UNSETTLED
    assert clock.state_before(str(tmp_path / "missing")) == ABSENT
    clock.is_past(file.stat())
    assert clock.state_before(str(file)) == state_at(str(file))

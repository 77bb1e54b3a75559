"""What a run says of itself."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.search import CodeIndex, IndexRun
from codequest.search.home import IndexHome
from codequest.search.teaching.teacher_run import RunRecord, TeacherRun

Build = Callable[..., IndexRun]


def test_a_run_is_seen_while_it_goes_on(project: Path, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    build(project)
    home, index = IndexHome.find(project), CodeIndex.open(project, encoder=None)
    clock = [100.0]
    monkeypatch.setattr("codequest.search.teaching.teacher_run.time.monotonic", lambda: clock[0])
    assert index.teacher_run is None
    with home.teaching(lambda: None):
        record = RunRecord(home, total=50, background=True)
        begun = index.teacher_run
        assert begun is not None
        assert (begun.process, begun.done, begun.total, begun.seconds_left) == (os.getpid(), 0, 50, None)
        record.report(10)
        clock[0] += 5
        record.report(20)
        run = index.teacher_run
        assert run is not None
        assert (run.done, run.rate, run.seconds_left) == (20, 2.0, 15.0)
        assert str(run).startswith("20 of 50 chunks, 2.0 a second, 15 s left (in the background, process ")
        clock[0] += 1
        record.report(21)  # too soon to be written again
        assert index.teacher_run == run
        record.remove()
        assert index.teacher_run is None
    assert not (home.folder / "teacher.json").exists()


def test_what_a_killed_run_left_is_no_run(project: Path, build: Build) -> None:
    build(project)
    home = IndexHome.find(project)
    RunRecord(home, total=9, background=False)
    assert json.loads((home.folder / "teacher.json").read_text("utf-8"))["total"] == 9
    assert TeacherRun.of(home) is None

"""The teacher's pass in a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import BackgroundRunError
from codequest.search import CodeIndex, IndexRun
from codequest.search.home import IndexHome
from codequest.search.teaching.background import main, start_background
from codequest.search.teaching.teacher_run import RunRecord
from tests.search.conftest import write

Build = Callable[..., IndexRun]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals")


@pytest.fixture
def home(project: Path, build: Build, tiny_light: Path, monkeypatch: pytest.MonkeyPatch) -> IndexHome:
    many = {f"f{number}.py": f"def function_{number}(a):\n    return a + {number}\n" * 6 for number in range(400)}
    build(write(project, many), light=True, light_encoder=tiny_light)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    return IndexHome.find(project)


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 600  # it gives way to everything else
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_a_second_run_is_refused_and_says_since_when(home: IndexHome) -> None:
    with home.teaching(lambda: None):
        RunRecord(home, total=2406, background=True)
        with pytest.raises(BackgroundRunError, match=r"already embeds .* 0 of 2,406 chunks.* since 20\d\d-.*Only one"):
            start_background(home)
        assert main([str(home.root), str(home.folder)]) == 3  # one that began at the same moment ends by itself
    log = (home.folder / "teacher.log").read_text("utf-8")
    assert re.search(r"\d begins\n.*already embeds", log)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_it_goes_on_by_itself_and_stops_when_it_is_asked_to(home: IndexHome) -> None:
    process = start_background(home)
    assert os.getpriority(os.PRIO_PROCESS, process) == 19
    until(lambda: CodeIndex.open(home.root, encoder=None).stats.taught > 0)  # made visible, and not only embedded
    os.kill(process, signal.SIGTERM)
    os.waitpid(process, 0)
    done = CodeIndex.open(home.root, encoder=None).stats.taught
    assert 0 < done < 2406
    assert "stopped; what is done is kept" in (home.folder / "teacher.log").read_text("utf-8")
    os.waitpid(start_background(home), 0)
    assert CodeIndex.open(home.root, encoder=None).stats.taught == 2406
    assert "every chunk has its teacher's vector" in (home.folder / "teacher.log").read_text("utf-8")


@pytest.mark.slow
def test_it_ends_when_the_folder_vanishes(home: IndexHome) -> None:
    process = start_background(home)
    shutil.rmtree(home.root)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 4
    assert not home.root.exists()

"""An index in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError, InvalidInputError
from codequest.search import IndexRun
from codequest.search.freshness.fresh_index import Freshness
from codequest.search.home import IndexHome
from codequest.search.opened_index import OpenedIndex
from tests.search.conftest import write

Build = Callable[..., IndexRun]


def test_it_is_read_again_after_a_run_and_only_then(project: Path, build: Build) -> None:
    build(project)
    opened = OpenedIndex(IndexHome.find(project), None)
    first, queries = opened.current()
    assert (queries, opened.root, opened.stats.files) == (None, project, 5)
    assert opened.current()[0] is first
    opened.forget()
    again, _ = opened.current()
    assert again is not first
    assert again.columns == first.columns
    build(write(project, {"new.py": "def unicorn():\n    return 1\n"}))
    assert "new.py" in opened.current()[0].columns["path"]
    assert opened.stats.files == 6


def test_a_search_looks_first_unless_it_shall_not(project: Path, build: Build, tiny_light: Path) -> None:
    build(project, light_encoder=tiny_light)
    still, fresh = (OpenedIndex(IndexHome.find(project), None, refresh=refresh) for refresh in (False, True))
    write(project, {"new.py": "def unicorn():\n    return 1\n"})
    assert still.look_first() == Freshness()
    assert "new.py" not in still.current()[0].columns["path"]
    assert fresh.look_first() == fresh.freshness == Freshness(updated=1)
    assert "new.py" in fresh.current()[0].columns["path"]


def test_an_index_that_is_gone_and_no_encoder_are_refused(project: Path, build: Build) -> None:
    build(project)
    home = IndexHome.find(project)
    with pytest.raises(InvalidInputError, match="encoder must be the name or folder of an adapter"):
        OpenedIndex(home, 5)  # type: ignore[arg-type]
    opened = OpenedIndex(home, None)
    (home.folder / "index.json").unlink()
    for use in (opened.current, opened.look, opened.look_first, lambda: opened.stats):
        with pytest.raises(CodeIndexError, match=r"is gone. Make it again: codequest index"):
            use()

"""What a refresh writes, and when it does not."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError
from codequest.search import CodeIndex
from codequest.search.freshness.fresh_index import Freshness
from codequest.search.freshness.look import Look
from codequest.search.freshness.quick_vectors import QuickVectors
from codequest.search.freshness.refresh import ANOTHER_RUN, NOT_WRITABLE, refresh
from codequest.search.home import IndexHome
from codequest.search.store import GENERATION, ChunkStore
from tests.search.conftest import held, write


def refreshed(root: Path, *, until: float = math.inf) -> Freshness:
    home = IndexHome.find(root)
    meta = home.meta()
    states = ChunkStore(home.folder).states(meta.versions)
    done = refresh(home, meta, states, Look.at(root, states), QuickVectors(meta.stats), until=until)
    assert done is not None
    freshness, meta, states = done
    assert meta == home.meta()
    now = ChunkStore(home.folder).states(meta.versions)
    assert (sorted(states.files), sorted(states.watched)) == (sorted(now.files), sorted(now.watched))
    return freshness


def test_a_refresh_is_a_new_generation_and_a_second_one_none(index: CodeIndex, project: Path) -> None:
    home = IndexHome.find(project)
    before = home.meta().versions[GENERATION]
    write(project, {"notes.txt": "other words\n"})
    assert refreshed(project, until=time.monotonic()) == Freshness(updated=1)
    assert home.meta().versions[GENERATION] == before + 1
    assert ("notes.txt", "", "other words") in held(project)
    assert refreshed(project) == Freshness()
    assert home.meta().versions[GENERATION] == before + 1


def test_an_index_that_another_run_has_changed_is_looked_at_again(index: CodeIndex, project: Path) -> None:
    home = IndexHome.find(project)
    meta = home.meta()
    states = ChunkStore(home.folder).states(meta.versions)
    write(project, {"notes.txt": "other words\n"})
    look = Look.at(project, states)
    assert look == Look(changed=frozenset({"notes.txt"}))
    refreshed(project)
    assert refresh(home, meta, states, look, QuickVectors(meta.stats), until=math.inf) is None


def test_what_cannot_be_written_is_marked(index: CodeIndex, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, {"notes.txt": "the list of unicorns\n"})
    left = frozenset({"notes.txt"})
    with IndexHome.find(project).locked_at_once():
        assert refreshed(project) == Freshness(pending=left, why=ANOTHER_RUN)

    def full(*_: object) -> None:
        raise CodeIndexError("no space")

    with monkeypatch.context() as patch:
        patch.setattr(IndexHome, "publish", full)
        assert refreshed(project) == Freshness(pending=left, why=NOT_WRITABLE)
        [hit] = [hit for hit in index.search("list of values", mode="lexical") if hit.path == "notes.txt"]
        assert (hit.text, hit.stale) == ("the list of unicorns", True)
    assert refreshed(project) == Freshness(updated=1)  # what the failed one wrote does not count
    assert [text for path, _, text in held(project) if path == "notes.txt"] == ["the list of unicorns"]

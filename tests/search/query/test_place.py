"""Places of chunks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import InvalidInputError
from codequest.search import IndexRun
from codequest.search.query.place import Place, elsewhere
from codequest.search.snapshot import Snapshot
from tests.search.conftest import snapshot_of, write


@pytest.fixture
def snapshot(project: Path, build: Callable[..., IndexRun]) -> Snapshot:
    build(write(project, {"a:1.py": "def odd():\n    return 1\n", "ev\u202eil.py": "def evil():\n    return 1\n"}))
    return snapshot_of(project)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("src/a.py:12", Place("src/a.py", 12, 12)),
        ("src/a.py:12-20", Place("src/a.py", 12, 20)),
        ("a:1.py:3", Place("a:1.py", 3, 3)),
        ("/x/a b.py:3", Place("/x/a b.py", 3, 3)),
    ],
)
def test_a_place_is_a_path_and_a_line(text: str, place: Place) -> None:
    assert Place.read(text) == place


@pytest.mark.parametrize("text", ["", "a.py", "a.py:", "a.py:0", "a.py:-1", "a.py:x", ":5", "a:1x", "a:" + "9" * 5000])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"Expected a place as path:line, such as src/cache\.py:12, got"):
        Place.read(text)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("src/cache.py:1", "Cache"),
        ("src/cache.py:5", "Cache.load_entry"),
        ("src/cache.py:4-6", "Cache.load_entry"),
        ("src/cache.py:1-6", "Cache"),
        ("./src/../src/cache.py:2", "Cache"),
        ("{root}/src/cache.py:6", "Cache.load_entry"),
        ("a:1.py:2", "odd"),
        ("ev\u202eil.py:1", "evil"),
        ("ev<U+202E>il.py:1", "evil"),
    ],
)
def test_the_chunk_of_a_place_is_the_shortest_that_has_the_line(
    snapshot: Snapshot, project: Path, text: str, symbol: str
) -> None:
    position = Place.read(text.format(root=project)).position(snapshot, project)
    assert snapshot.columns["symbol"][position] == symbol


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/etc/passwd:1", r"'/etc/passwd' is outside of the indexed folder .*project: give a file in it"),
        ("../other.py:1", r"'../other.py' is outside of the indexed folder"),
        ("src/../../project2/a.py:1", "is outside of the indexed folder"),
        ("..:1", "is outside of the indexed folder"),
        ("src/none.py:1", r"'src/none.py' is not in the index of .*project. Give a path as a search shows it"),
        (".git/config:1", "is not in the index of"),
        ("src:1", "'src' is not in the index of"),
        ("src/cache.py:999", r"Nothing of 'src/cache.py' is indexed at line 999; the nearest lines that are: [14]-6"),
    ],
)
def test_a_place_that_is_not_in_the_index_is_refused(
    snapshot: Snapshot, project: Path, text: str, message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Place.read(text).position(snapshot, project)


def test_elsewhere_is_what_shares_no_line(snapshot: Snapshot, project: Path) -> None:
    position = Place.read("src/cache.py:5").position(snapshot, project)
    mask = elsewhere(snapshot, position)
    assert {snapshot.columns["symbol"][place] for place in range(len(snapshot)) if not mask[place]} == {
        "Cache",
        "Cache.load_entry",
    }

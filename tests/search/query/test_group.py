"""Indexes that are searched and described as one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import InvalidInputError
from codequest.search import CodeIndex, IndexRun, SearchFilters
from codequest.search.home import IndexHome
from codequest.search.query.group import IndexGroup
from tests.search.conftest import FILES, write

Build = Callable[..., IndexRun]


@pytest.fixture
def group(tmp_path: Path, build: Build) -> IndexGroup:
    roots = [write(tmp_path / "one", FILES), write(tmp_path / "one" / "vendor" / "two", {"a.go": "package a\n"})]
    (roots[1] / ".git").mkdir()
    for root in roots:
        build(root)
    return IndexGroup([CodeIndex.open(root, encoder=None) for root in (*roots, roots[0])])


def test_a_folder_is_searched_once(group: IndexGroup, tmp_path: Path) -> None:
    assert group.roots == [tmp_path / "one", tmp_path / "one" / "vendor" / "two"]
    assert not group.is_one
    assert IndexGroup(group.indexes[:1]).is_one
    with pytest.raises(InvalidInputError, match="at least one index"):
        IndexGroup([])


def test_counts_are_those_of_all(group: IndexGroup) -> None:
    one, two = (index.stats for index in group.indexes)
    stats = group.stats
    assert (stats.files, stats.chunks, stats.taught) == (
        one.files + two.files,
        one.chunks + two.chunks,
        one.taught + two.taught,
    )
    assert stats.languages == {**one.languages, "go": 1}
    assert stats.spaces == [one.space]
    assert stats.updated == two.updated
    facets = group.facets(SearchFilters(kinds=["window"]))
    assert facets.chunks == sum(index.facets(SearchFilters(kinds=["window"])).chunks for index in group.indexes)
    assert facets.languages["go"] == 1
    assert group.teacher_run is None


def test_notes_say_of_which_folder_they_are(group: IndexGroup, tmp_path: Path) -> None:
    write(tmp_path / "one" / "vendor" / "two", {"a.go": "package unicorn\n"})
    with IndexHome.find(tmp_path / "one" / "vendor" / "two").locked_at_once():
        assert group.search("unicorn", mode="lexical") == []
        changed, unknown = group.notes("lang:haskell")
    assert changed.startswith(f"{tmp_path}/one/vendor/two: 1 file has changed")
    assert "haskell" in unknown


def test_a_path_belongs_to_the_innermost_folder_around_it(group: IndexGroup) -> None:
    outer, inner = group.indexes
    assert group.holding(str(inner.root / "a.go")) is inner
    assert group.holding(str(outer.root / "notes.txt")) is outer
    assert group.holding("a.go") is outer

"""Code like that at a place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.search import CodeIndex, IndexRun, SearchFilters, search_together
from codequest.search.chunking.chunks import chunk_file
from codequest.teachers import LocalTeacher
from tests.search.conftest import FILES, snapshot_of, write

Build = Callable[..., IndexRun]


def test_neighbours_come_by_the_cosine_of_the_teachers_vectors(project: Path, build: Build, tiny_teacher: Path) -> None:
    build(project)
    hits = CodeIndex.open(project, encoder=None).like("src/cache.py:5", limit=20)
    assert {hit.path for hit in hits} == {"src/sort.js", "tests/test_cache.py", "docs/guide.md", "notes.txt"}
    chunks = [chunk for path, text in FILES.items() for chunk in chunk_file(path, text, max_characters=1000)]
    vectors = LocalTeacher(str(tiny_teacher)).encode_documents([chunk.embedded for chunk in chunks])
    own = next(place for place, chunk in enumerate(chunks) if chunk.symbol == "Cache.load_entry")
    cosines = {chunk.path: float(cosine) for chunk, cosine in zip(chunks, vectors @ vectors[own], strict=True)}
    assert [hit.path for hit in hits] == sorted({hit.path for hit in hits}, key=lambda path: -cosines[path])
    assert [hit.score for hit in hits] == pytest.approx([cosines[hit.path] for hit in hits], abs=1e-3)


def test_a_copy_elsewhere_is_the_nearest_and_the_place_itself_is_left_out(project: Path, build: Build) -> None:
    code = (project / "src" / "sort.js").read_text(encoding="utf-8")
    build(write(project, {"lib/copy.js": f"\n\n{code}"}))
    index = CodeIndex.open(project, encoder=None)
    [first, *others] = index.like("src/sort.js:2", limit=20)
    assert (first.path, first.start_line) == ("lib/copy.js", 3)
    assert first.score == pytest.approx(1, abs=1e-3)
    assert "src/sort.js" not in {hit.path for hit in others}
    assert index.like("src/sort.js:2", limit=20, filters=SearchFilters(languages=["py"])) == [
        hit for hit in others if hit.language == "python"
    ]
    assert index.like("src/sort.js:2", limit=2, offset=1) == others[:2]


def test_light_vectors_have_neighbours_too(project: Path, build: Build, tiny_light: Path) -> None:
    build(project, light=True, light_encoder=tiny_light)
    index = CodeIndex.open(project, encoder=None)
    assert index.stats.taught == 0
    [first, *_] = index.like("src/cache.py:4-6")
    snapshot = snapshot_of(project)
    own = snapshot.columns["symbol"].index("Cache.load_entry")
    cosines = snapshot.cosines(snapshot.vector(own)).of(np.arange(len(snapshot)))
    others = [place for place, path in enumerate(snapshot.columns["path"]) if path != "src/cache.py"]
    assert first.score == pytest.approx(float(cosines[others].max()))
    assert int(np.argmax(cosines)) == own


def test_neighbours_in_other_trees_are_of_the_same_teacher(
    project: Path, build: Build, tmp_path: Path, tiny_base: Path
) -> None:
    other = write(tmp_path / "other", {"load.py": (project / "src" / "cache.py").read_text(encoding="utf-8")})
    for root in (project, other):
        build(root)
    indexes = [CodeIndex.open(root, encoder=None) for root in (other, project)]
    [first, *_] = search_together(indexes, "", like="src/cache.py:1-6")
    assert (first.root, first.path) == (str(other), "load.py")
    with pytest.raises(InvalidInputError, match=r"'none.py' is not in the index of .*other"):
        search_together(indexes, "", like="none.py:1")
    build(other, teacher=str(tiny_base), rebuild=True)
    with pytest.raises(SpaceMismatchError, match=r"other was indexed by another teacher than .*project"):
        search_together(indexes, "", like="src/cache.py:1-6")


def test_a_query_next_to_a_place_is_refused_and_filters_are_not(project: Path, build: Build) -> None:
    build(project)
    index = CodeIndex.open(project, encoder=None)
    with pytest.raises(InvalidInputError, match="Give a query or a place to find code like it, not both: got 'load'"):
        search_together([index], "load", like="src/cache.py:1")
    hits = search_together([index], "lang:md", like="src/cache.py:1")
    assert [hit.path for hit in hits] == ["docs/guide.md"]
    assert [hit.line for hit in search_together([index], "", regex="http", like="src/cache.py:1")] == [5]

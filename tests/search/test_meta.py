"""What an index says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import CodeIndexError, CodequestWarning, OlderIndexError
from codequest.search import CodeIndex, IndexRun
from codequest.search.meta import FORMAT_VERSION
from tests.search.conftest import FILES, counts, held, write

Build = Callable[..., IndexRun]


def test_an_index_of_a_later_version_is_refused_until_it_is_rebuilt(project: Path, build: Build) -> None:
    meta = build(project).folder / "index.json"
    values = json.loads(meta.read_text(encoding="utf-8"))
    meta.write_text(json.dumps({**values, "format_version": 99}), encoding="utf-8")
    for attempt in (lambda: build(project), lambda: CodeIndex.open(project, encoder=None)):
        with pytest.raises(CodeIndexError, match=rf"version 99; codequest .* reads {FORMAT_VERSION}\. .* --rebuild"):
            attempt()
    meta.write_text("{", encoding="utf-8")
    with pytest.raises(CodeIndexError, match=r"index.json holds no JSON: .*--rebuild"):
        build(project)
    assert counts(build(project, rebuild=True)) == (5, 0, 0, 0)
    assert len(held(project)) == 6


def test_an_index_of_an_earlier_version_is_made_anew(
    project: Path, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    meta = CodeIndex.build(project, teacher=str(tiny_teacher)).folder / "index.json"
    values = json.loads(meta.read_text(encoding="utf-8"))
    meta.write_text(json.dumps({**values, "format_version": FORMAT_VERSION - 1}), encoding="utf-8")
    with pytest.raises(OlderIndexError, match=r"It is made anew by: codequest index .*project \(vectors"):
        CodeIndex.open(project, encoder=None)
    embeds = "codequest.teachers.local.LocalTeacher.embed_batch"
    monkeypatch.setattr(embeds, lambda *_: pytest.fail("the cache has all vectors"))
    with pytest.warns(CodequestWarning, match=r"earlier codequest, and is made anew; vectors of unchanged code come"):
        run = CodeIndex.build(project)  # its teacher is known without being said
    assert (counts(run), run.taught) == ((5, 0, 0, 0), run.chunks)
    again = json.loads(meta.read_text(encoding="utf-8"))
    assert (again["format_version"], again["token"]) == (FORMAT_VERSION, values["token"])
    assert again["stats"]["teacher"] == str(tiny_teacher)
    assert [folder.name for folder in (run.folder / "store").iterdir()] == ["2"]
    assert len(held(project)) == 6


def test_an_index_of_an_earlier_version_that_says_too_little_is_refused(project: Path, build: Build) -> None:
    meta = build(project).folder / "index.json"
    values = json.loads(meta.read_text(encoding="utf-8"))
    del values["stats"]["teacher"]
    meta.write_text(json.dumps({**values, "format_version": 1}), encoding="utf-8")
    with pytest.warns(CodequestWarning), pytest.raises(CodeIndexError, match=r"required field `teacher` .*--rebuild"):
        build(project)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda values: values.pop("versions"), "Object missing required field `versions`"),
        (lambda values: values.update(versions=None), r"Expected `object`, got `null` - at `\$\.versions`"),
        (lambda values: values.update(versions={}), "must have a store and a generation, got {}"),
        (lambda values: values["versions"].update(generation=-1), "must have a store and a generation"),
        (lambda values: values["versions"].update(store=10**30), "must have a store and a generation"),
        (lambda values: values["versions"].update(store=10**6), r"cannot be read \(.*--rebuild"),
        (lambda values: values["stats"].update(files="5"), r"Expected `int`, got `str` - at `\$\.stats\.files`"),
        (lambda values: values["stats"].pop("teacher"), "Object missing required field `teacher`"),
        (lambda values: values["stats"]["space"].update(side=1), r"unknown keys \['side'\]"),
        (lambda values: values["stats"]["space"].update(dim=63), "have 48 dimensions, 63 were expected"),
    ],
)  # fmt: skip
def test_a_damaged_one_is_explained(
    indexed: tuple[Path, bytes], change: Callable[[dict[str, Any]], Any], says: str
) -> None:
    root, whole = indexed
    values = json.loads(whole)
    change(values)
    (root / ".codequest" / "index.json").write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(CodeIndexError, match=says):
        CodeIndex.open(root, encoder=None)


def test_what_a_later_version_says_besides_is_left_out(indexed: tuple[Path, bytes]) -> None:
    root, whole = indexed
    values = json.loads(whole)
    values["later"] = "new"
    values["stats"]["branches"] = 2
    (root / ".codequest" / "index.json").write_text(json.dumps(values), encoding="utf-8")
    assert CodeIndex.open(root, encoder=None).stats.files == 5


def test_a_large_index_says_that_it_reads_codes_first(indexed: tuple[Path, bytes]) -> None:
    stats = CodeIndex.open(indexed[0], encoder=None).stats
    assert stats.vectors == "all"
    assert replace(stats, chunks=20_000, taught=12_000).vectors == "nearest codes"
    assert replace(stats, chunks=20_000, taught=8_192).vectors == "nearest codes"
    assert replace(stats, chunks=16_000, taught=8_000).vectors == "all"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, tiny_teacher: Path) -> Iterator[tuple[Path, bytes]]:
    """An indexed project, and its index.json as it was."""
    root = write(tmp_path_factory.mktemp("indexed") / "project", FILES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEQUEST_CACHE", str(root.parent / "cache"))
        CodeIndex.build(root, teacher=str(tiny_teacher))
        yield root, (root / ".codequest" / "index.json").read_bytes()

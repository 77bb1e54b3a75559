"""What an index says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import CodeIndexError
from codequest.search import CodeIndex, IndexRun
from codequest.search.meta import FORMAT_VERSION
from tests.search.conftest import FILES, counts, held, write

Build = Callable[..., IndexRun]


def test_an_index_of_another_version_is_refused_until_it_is_rebuilt(project: Path, build: Build) -> None:
    meta = build(project).folder / "index.json"
    values = json.loads(meta.read_text(encoding="utf-8"))
    meta.write_text(json.dumps({**values, "format_version": 0}), encoding="utf-8")
    for attempt in (lambda: build(project), lambda: CodeIndex.open(project, encoder=None)):
        with pytest.raises(CodeIndexError, match=rf"version 0; codequest .* reads {FORMAT_VERSION}\. .* --rebuild"):
            attempt()
    meta.write_text("{", encoding="utf-8")
    with pytest.raises(CodeIndexError, match=r"index.json holds no JSON: .*--rebuild"):
        build(project)
    assert counts(build(project, rebuild=True)) == (5, 0, 0, 0)
    assert len(held(project)) == 6


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


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, tiny_teacher: Path) -> Iterator[tuple[Path, bytes]]:
    """An indexed project, and its index.json as it was."""
    root = write(tmp_path_factory.mktemp("indexed") / "project", FILES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CODEQUEST_CACHE", str(root.parent / "cache"))
        CodeIndex.build(root, teacher=str(tiny_teacher))
        yield root, (root / ".codequest" / "index.json").read_bytes()

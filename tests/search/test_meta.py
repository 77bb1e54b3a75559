"""What an index says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError
from codequest.search import CodeIndex, IndexRun
from tests.search.conftest import counts, held

Build = Callable[..., IndexRun]


def test_an_index_of_another_version_is_refused_until_it_is_rebuilt(project: Path, build: Build) -> None:
    meta = build(project).folder / "index.json"
    values = json.loads(meta.read_text(encoding="utf-8"))
    meta.write_text(json.dumps({**values, "format_version": 0}), encoding="utf-8")
    for attempt in (lambda: build(project), lambda: CodeIndex.open(project, encoder=None)):
        with pytest.raises(CodeIndexError, match=r"format version 0; codequest .* reads 1\. .* --rebuild"):
            attempt()
    meta.write_text("{", encoding="utf-8")
    with pytest.raises(CodeIndexError, match=r"cannot be read \(JSONDecodeError.*--rebuild"):
        build(project)
    assert counts(build(project, rebuild=True)) == (5, 0, 0, 0)
    assert len(held(project)) == 6

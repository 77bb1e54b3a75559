"""`codequest index` and `codequest search` on a small project with a tiny teacher."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError, IndexNotFoundError, InvalidInputError
from tests.cli.commands import run


def test_hits_as_json(project: Path) -> None:
    hits = json.loads(
        run("search", "load entry", "--path", project, "--encoder", "teacher", "--limit", 2, "--json", "--glob", "src/")
    )
    assert len(hits) == 2
    assert (hits[0]["path"], hits[0]["symbol"]) == ("src/cache.py", "Cache.load_entry")
    assert (hits[0]["start_line"], hits[0]["end_line"], hits[0]["kind"]) == (4, 6, "function")


def test_bad_input_is_refused(project: Path, tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match="codequest index"):
        run("search", "a", "--path", tmp_path)
    with pytest.raises(InvalidInputError, match="mode must be one of"):
        run("search", "a", "--path", project, "--mode", "fuzzy", "--encoder", "teacher")
    with pytest.raises(InvalidInputError, match="Unknown kinds"):
        run("search", "a", "--path", project, "--kind", "method")
    with pytest.raises(CodeIndexError, match="does not exist"):
        run("index", tmp_path / "missing")

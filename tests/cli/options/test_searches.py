"""Options that searches share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import run


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        (["--language", "python", "--language", "markdown"], {"src/cache.py", "tests/test_cache.py", "docs/guide.md"}),
        (["--kind", "section"], {"docs/guide.md"}),
        (["--glob", "!src/", "--glob", "!*.txt"], {"docs/guide.md", "tests/test_cache.py"}),
        (["--limit", 1, "--language", "text"], {"notes.txt"}),
    ],
)
def test_filters(project: Path, options: list[object], paths: set[str]) -> None:
    query = "load entry of the list of values, open the http connection"
    hits = json.loads(run("search", query, "--path", project, "--encoder", "teacher", "--json", *options))
    assert {hit["path"] for hit in hits} == paths

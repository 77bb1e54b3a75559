"""`codequest index` and `codequest search` on a small project with a tiny teacher."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError, IndexNotFoundError, InvalidInputError
from tests.cli.test_commands import run
from tests.search.conftest import FILES, write


@pytest.fixture
def project(tmp_path: Path, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An indexed project."""
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    root = write(tmp_path / "project", {**FILES, ".env": "KEY=1"})
    printed = run("index", root, "--teacher", tiny_teacher)
    assert "5 files in 6 chunks: 5 added, 0 changed, 0 removed, 0 unchanged." in printed
    assert "skipped: 1 × may hold secrets" in printed
    assert f"Index: {root / '.codequest'}" in printed
    return root


def test_a_second_run_changes_nothing(project: Path) -> None:
    assert "0 added, 0 changed, 0 removed, 5 unchanged. 0 chunks embedded" in run("index", project)


def test_hits_are_shown_with_path_line_symbol_and_code(project: Path) -> None:
    printed = run("search", "sort by value", "--path", project / "src", "--mode", "lexical")
    first, *code = printed.splitlines()
    assert first.startswith("src/sort.js:1  sortByValue  ")
    assert any("1 /** Sorts a list by value. */" in line for line in code)
    assert any("2 export function sortByValue(list) {" in line for line in code)


def test_hits_as_json(project: Path) -> None:
    hits = json.loads(
        run("search", "load entry", "--path", project, "--encoder", "teacher", "--limit", 2, "--json", "--glob", "src/")
    )
    assert len(hits) == 2
    assert (hits[0]["path"], hits[0]["symbol"]) == ("src/cache.py", "Cache.load_entry")
    assert (hits[0]["start_line"], hits[0]["end_line"], hits[0]["kind"]) == (4, 6, "function")


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


def test_context_shows_the_lines_around_unless_the_file_has_changed(project: Path) -> None:
    options = ("--path", project, "--mode", "lexical", "--kind", "function", "--glob", "src/", "--context", 3)
    printed = run("search", "load_entry", *options)
    assert "1 class Cache:" in printed
    write(project, {"src/cache.py": "# other\n" + FILES["src/cache.py"]})
    assert "class Cache:" not in run("search", "load_entry", *options)


def test_a_long_hit_is_cut(project: Path) -> None:
    body = "\n".join(f"    step({number})" for number in range(14))
    write(project, {"long.py": f"def unicorn():\n{body}\n"})
    run("index", project)
    printed = run("search", "unicorn", "--path", project, "--mode", "lexical")
    assert "step(10)" in printed
    assert "step(11)" not in printed
    assert "… 3 more lines" in printed


def test_bad_input_is_refused(project: Path, tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match="codequest index"):
        run("search", "a", "--path", tmp_path)
    with pytest.raises(InvalidInputError, match="mode must be one of"):
        run("search", "a", "--path", project, "--mode", "fuzzy", "--encoder", "teacher")
    with pytest.raises(InvalidInputError, match="Unknown kinds"):
        run("search", "a", "--path", project, "--kind", "method")
    with pytest.raises(CodeIndexError, match="does not exist"):
        run("index", tmp_path / "missing")

"""Hits as `codequest search` prints them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.commands import run
from tests.search.conftest import FILES, write


def test_hits_are_shown_with_path_line_symbol_and_code(project: Path) -> None:
    printed = run("search", "sort by value", "--path", project / "src", "--mode", "lexical")
    first, *code = printed.splitlines()
    assert first.startswith("src/sort.js:1  sortByValue  ")
    assert any("1 /** Sorts a list by value. */" in line for line in code)
    assert any("2 export function sortByValue(list) {" in line for line in code)


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

"""Hits as `codequest search` prints them."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from codequest.cli.printing import hits as printed_hits
from codequest.cli.printing.screen import VisibleConsole
from codequest.search import SearchHit
from tests.cli.commands import run, run_and_hear
from tests.search.conftest import FILES, write

HOSTILE = "[bold]\x1b]0;title\x07\x1b[2J\x9b31m\u202eevil\u2066\u200b\U000e0041\ud800 [link=http://evil]here[/link]"


def drawn(
    hit: SearchHit,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    terminal: bool,
    shown: printed_hits.Shown | None = None,
) -> str:
    file = io.StringIO()
    colors = "truecolor" if terminal else None
    console = VisibleConsole(file=file, force_terminal=terminal, color_system=colors, width=400, legacy_windows=False)
    monkeypatch.setattr(printed_hits, "console", console)
    printed_hits.print_hits([replace(hit, root=str(root))], shown or printed_hits.Shown())
    return file.getvalue()


def hit_at(path: str, text: str = "x", symbol: str = "") -> SearchHit:
    return SearchHit(
        path=path, language="python", kind="function", symbol=symbol, start_line=1, end_line=1, text=text, score=0.5
    )


@pytest.mark.parametrize("terminal", [True, False])
def test_nothing_in_a_hit_reaches_the_terminal_but_as_text(
    terminal: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hit = hit_at(f"a\n{HOSTILE}.py", f"x = '{HOSTILE}'", f"f\n{HOSTILE}")
    printed = drawn(hit, tmp_path, monkeypatch, terminal=terminal)
    own = re.sub(r"\x1b\]8;[^\x1b]*\x1b\\|\x1b\[[\d;]*m", "", printed)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066\u200b\U000e0041\ud800]", own)
    shown = "[bold]<U+001B>]0;title<U+0007><U+001B>[2J<U+009B>31m<U+202E>evil<U+2066><U+200B><U+E0041><U+D800>"
    assert own.count(f"{shown} [link=http://evil]here[/link]") == 3
    assert len(own.strip().splitlines()) == 2


def test_in_a_pipe_code_keeps_its_own_indentation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "func f() {\n\tif x {\n\t\treturn\t// " + "long " * 100 + "\n\t}\n}"
    hit = replace(hit_at("a.go", code), language="go", end_line=5, match_lines=(3,))
    lines = drawn(hit, tmp_path, monkeypatch, terminal=False).splitlines()[1:]
    marks = ["    1 ", "    2 ", "    3>", "    4 ", "    5 "]
    assert lines[:5] == [f"{mark}{line}" for mark, line in zip(marks, code.split("\n"), strict=True)]


@pytest.mark.parametrize(
    ("path", "linked"),
    [
        ("src/a b.py", True),
        ("a\x1b\\\x1b]8;;http://evil\x07.py", True),
        ("bold link http://evil.py", True),
        ("a\x07\n[/].py", True),
        ("../outside.py", False),
        ("a/../../outside.py", False),
        ("/etc/passwd", False),
        ("a\0b", False),
    ],
)
def test_a_place_links_to_its_file_below_the_root_or_nowhere(
    path: str, linked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = drawn(hit_at(path), tmp_path, monkeypatch, terminal=True)
    links = [link for link in re.findall(r"\x1b\]8;[^;]*;([^\x1b]*)\x1b\\", printed) if link]
    assert len(links) == linked
    for link in links:
        assert link.startswith("file:///")
        assert link.isascii()
        assert unquote(link.removeprefix("file://")) == str(tmp_path / path)


def test_hits_are_shown_with_path_line_symbol_and_code(project: Path) -> None:
    printed = run("search", "sort by value", "--path", project / "src", "--mode", "lexical")
    first, *code = printed.splitlines()
    assert first.startswith("src/sort.js:1  sortByValue  ")
    assert any("1 /** Sorts a list by value. */" in line for line in code)
    assert any("2 export function sortByValue(list) {" in line for line in code)


def test_context_shows_the_lines_around_as_they_are_now(project: Path) -> None:
    options = ("--path", project, "--mode", "lexical", "--kind", "function", "--glob", "src/", "--context", 3)
    printed = run("search", "load_entry", *options)
    assert "1 class Cache:" in printed
    write(project, {"src/cache.py": "# other\n" + FILES["src/cache.py"]})
    assert "2 class Cache:" in run("search", "load_entry", *options)
    assert "class Cache:" not in run("search", "load_entry", *options, "--no-refresh")
    write(project, {"elsewhere/cache.py": FILES["src/cache.py"]})
    (project / "src" / "cache.py").unlink()
    (project / "src" / "cache.py").symlink_to("../elsewhere/cache.py")
    assert run_and_hear("search", "load_entry", *options, exit_code=1)[0] == ""


def test_a_long_hit_is_cut(project: Path) -> None:
    body = "\n".join(f"    step({number})" for number in range(14))
    write(project, {"long.py": f"def unicorn():\n{body}\n"})
    run("index", project)
    printed = run("search", "unicorn", "--path", project, "--mode", "lexical")
    assert "step(10)" in printed
    assert "step(11)" not in printed
    assert "… 3 more lines" in printed


def test_a_long_hit_is_shown_around_its_first_match(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(f"step({number})" for number in range(40))
    hit = replace(hit_at("a.py", text), start_line=11, end_line=50, match_lines=(31, 33))
    printed = drawn(hit, tmp_path, monkeypatch, terminal=False)
    assert printed.startswith(
        "a.py:31  step(0)  0.500\n… 18 lines before\n   29 step(18)\n   30 step(19)\n   31>step(20)\n"
    )
    assert "   32 step(21)\n   33>step(22)\n" in printed
    assert printed.endswith("   40 step(29)\n… 10 more lines\n\n")


def test_a_hit_among_those_of_several_trees_says_of_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = drawn(hit_at("src/a.py"), tmp_path, monkeypatch, terminal=False, shown=printed_hits.Shown(with_root=True))
    assert printed.startswith(f"{tmp_path}/src/a.py:1  x  ")


def test_a_long_hit_is_shown_where_most_words_of_the_query_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(f"wait({number})" for number in range(40)) + "\nretries = backoff(error)"
    hit = replace(hit_at("a.py", text), start_line=11, end_line=51)
    shown = printed_hits.Shown("retry with backoff after errors")
    printed = drawn(hit, tmp_path, monkeypatch, terminal=False, shown=shown)
    assert printed.splitlines()[1:3] == ["… 29 lines before", "   40 wait(29)"]
    assert printed.endswith("   51 retries = backoff(error)\n\n")
    few = drawn(hit, tmp_path, monkeypatch, terminal=False, shown=printed_hits.Shown("retry"))
    assert few.splitlines()[1] == "   11 wait(0)"


def test_without_lines_every_hit_is_one(project: Path) -> None:
    printed = run("search", "sort by value", "--path", project, "--mode", "lexical", "--lines", 0, "--limit", 2)
    assert [line.split("  ")[0] for line in printed.splitlines()] == ["src/sort.js:1", "notes.txt:1"]


def test_long_names_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = drawn(hit_at("a.md", symbol="heading " * 40), tmp_path, monkeypatch, terminal=False)
    assert printed.splitlines()[0] == f"a.md:1  {('heading ' * 13)[:100].rstrip()} …  0.500"

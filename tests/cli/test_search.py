"""`codequest index` and `codequest search` on a small project with a tiny teacher."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest.errors import CodeIndexError, IndexNotFoundError, InvalidInputError, SpaceMismatchError
from codequest.search import CodeIndex
from codequest.search.home import IndexHome
from codequest.search.light_documents import SHIPPED
from tests.cli.commands import run, run_and_hear
from tests.search.conftest import FILES, write


def test_hits_as_json(project: Path) -> None:
    hits = json.loads(
        run("search", "load entry", "--path", project, "--encoder", "teacher", "--limit", 2, "--json", "--glob", "src/")
    )
    assert len(hits) == 2
    assert (hits[0]["path"], hits[0]["symbol"]) == ("src/cache.py", "Cache.load_entry")
    assert (hits[0]["start_line"], hits[0]["end_line"], hits[0]["kind"]) == (4, 6, "function")


def test_filters_and_quoted_text_in_a_query(project: Path) -> None:
    words = ("--path", project, "--mode", "lexical")
    [hit] = json.loads(
        run("search", 'load file:src/ -lang:js "def load_entry"', *words, "--json", "--kind", "function")
    )
    assert (hit["path"], hit["match_lines"]) == ("src/cache.py", [4])
    printed = run("search", '"open(key)"', *words, "--kind", "class")
    assert printed.startswith("src/cache.py:6  Cache  ")
    assert '\n    5         """Read the file' in printed
    assert "\n    6>        return open(key).read()\n" in printed
    printed, told = run_and_hear("search", "load lang:go", *words, "--glob", "scr/", exit_code=1)
    assert printed == ""
    assert f"Nothing found in {project} that passes the filters." in told
    assert "No indexed file matches 'scr/'. Globs are as in a .gitignore" in told
    assert "No indexed file is in go: the index has python, javascript, markdown, text." in told
    with pytest.raises(InvalidInputError, match="Unknown language 'cobol'; expected one of asciidoc"):
        run("search", "load", *words, "--language", "cobol")
    with pytest.raises(InvalidInputError, match="is nothing but filters"):
        run("search", "lang:py", *words)


def test_a_regular_expression_and_further_pages(project: Path) -> None:
    words = ("--path", project, "--json")
    hits = json.loads(run("search", "--regex", r"load_entry\(", *words))
    assert [(hit["path"], hit["match_lines"]) for hit in hits] == [
        ("src/cache.py", [4]),
        ("tests/test_cache.py", [1, 2]),
    ]
    assert json.loads(run("search", "--regex", r"load_entry\(", "--offset", 1, *words)) == hits[1:]
    _, told = run_and_hear("search", "--regex", r"load_entry\(", "--offset", 10**12, "--path", project, exit_code=1)
    assert told == f"Nothing found in {project} that passes the filters after the first 1,000,000,000,000.\n"
    with pytest.raises(InvalidInputError, match=r"missing \), unterminated subpattern, at character 4"):
        run("search", "load", "--regex", "foo(", "--mode", "lexical", *words)
    with pytest.raises(InvalidInputError, match="empty or only whitespace"):
        run("search", *words)


def test_several_trees_are_searched_as_one(project: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"walrus.py": "def load_walrus():\n    return 'entry'\n"})
    paths = ("--path", project, "--path", other, "--path", project / "src", "--mode", "lexical")
    printed, told = run_and_hear("search", "load walrus", *paths)
    assert printed.startswith(f"{other}/walrus.py:1  load_walrus  ")
    assert f"\n{project}/src/cache.py:" in printed
    assert f"{other} had no index. Now it has a light one" in told
    hits = json.loads(run("search", "load walrus", *paths, "--json"))
    assert [(hit["root"], hit["path"]) for hit in hits[:1]] == [(str(other), "walrus.py")]
    assert {hit["root"] for hit in hits} == {str(project), str(other)}
    with pytest.raises(SpaceMismatchError, match=rf"adapter 'static' embeds .* the index of {project} was made in"):
        run("search", "load", *paths[:4], "--encoder", "static")
    _, told = run_and_hear("search", "unicorn", *paths, exit_code=1)
    assert told == f"Nothing found in {project}, {other} that passes the filters.\n"


def test_code_like_that_at_a_place(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--path", project, "--json")
    hits = json.loads(run("search", "--like", "src/cache.py:5", *words))
    assert [hit["path"] for hit in hits].count("src/cache.py") == 0
    assert len(hits) == 4
    monkeypatch.chdir(project / "src")
    assert json.loads(run("search", "--like", "cache.py:5", *words)) == hits
    with pytest.raises(InvalidInputError, match="is outside of the indexed folder"):
        run("search", "--like", "/etc/passwd:1", *words)
    with pytest.raises(InvalidInputError, match="Give a query or a place"):
        run("search", "load", "--like", "cache.py:5", *words)


def test_bad_input_is_refused(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(IndexNotFoundError, match=r"home folder.* codequest index"):
        run("search", "a", "--path", tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(CodeIndexError, match="nothing to index"):
        run("search", "a", "--path", tmp_path / "empty")
    with pytest.raises(InvalidInputError, match="mode must be one of"):
        run("search", "a", "--path", project, "--mode", "fuzzy", "--encoder", "teacher")
    with pytest.raises(InvalidInputError, match="Unknown kinds"):
        run("search", "a", "--path", project, "--kind", "method")
    with pytest.raises(CodeIndexError, match="does not exist"):
        run("index", tmp_path / "missing")


def test_a_folder_without_an_index_gets_a_light_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    root = write(tmp_path / "shop", FILES)
    printed, told = run_and_hear("search", "sort a list by value", "--path", root, "--limit", 1, "--json")
    assert [(hit["path"], hit["symbol"]) for hit in json.loads(printed)] == [("src/sort.js", "sortByValue")]
    assert f"{root} had no index. Now it has a light one: 5 files in 6 chunks" in told
    write(root, {"notes.txt": "a unicorn\n"})
    printed, told = run_and_hear("search", "unicorn", "--path", root / "src", "--mode", "lexical")
    assert "a unicorn" in printed
    assert told == ""
    write(root, {"notes.txt": "a walrus\n"})
    printed, _ = run_and_hear("search", "walrus", "--path", root, "--mode", "lexical", "--no-refresh", exit_code=1)
    assert printed == ""
    stats = CodeIndex.open(root, encoder=None).stats
    assert (stats.light, stats.taught, stats.chunks) == (SHIPPED[0], 0, 6)


def test_a_changed_hit_is_marked(project: Path) -> None:
    notes = project / "notes.txt"
    before = notes.read_text(encoding="utf-8")
    with IndexHome.find(project).locked_at_once():
        notes.write_text("the list of unicorns\n", encoding="utf-8")
        said, told = run_and_hear(
            "search", "list of values", "--path", project, "--mode", "lexical", "--glob", "notes.txt"
        )
        notes.write_text(before, encoding="utf-8")
    assert "changed since it was indexed" in said
    assert "the list of unicorns" in said
    assert "1 file has changed and not been indexed again: another run is writing the index." in told
    assert told.endswith(f"Bring them all in: codequest index {project}\n")


def test_a_query_may_look_like_an_option(project: Path) -> None:
    [hit] = json.loads(run("search", "--path", project, "--mode", "lexical", "--json", "--limit", 1, "--load-entry"))
    assert hit["symbol"].endswith("load_entry")

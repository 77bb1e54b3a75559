"""What agents can do with an index, without a server around it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import CodequestError, IndexNotFoundError, InvalidInputError
from codequest.search import CodeIndex, IndexRun
from codequest.search.home import IndexHome
from codequest.search.mcp.tools import MOST_HITS, CodeTools, FoundCode
from codequest.search.query.group import IndexGroup
from codequest.search.teaching.teacher_run import RunRecord
from tests.search.conftest import FILES, build, project, write  # noqa: F401

LONG = "def long():\n" + "".join(f"    value_{number} = {number}\n" for number in range(14)) + "    return 'x'\n"
STRANGE = "def strange():\n    return '\x1b[2J\u202e" + "y" * 300 + "'\n"


@pytest.fixture
def tools(project: Path, build: Callable[..., IndexRun]) -> CodeTools:  # noqa: F811
    """Of the small project, with a long function and one of invisible characters."""
    build(write(project, {"long.py": LONG, "strange.py": STRANGE}))
    return CodeTools(project / "src", encoder=None, mode="lexical")


def found(tools: CodeTools, query: str, **options: Any) -> list[FoundCode]:
    return tools.search(query, **options).hits


def test_a_hit_says_where_it_is_and_what_it_is(tools: CodeTools) -> None:
    [hit] = found(tools, "load entry", paths=["/src/"], languages=["python"], kinds=["function"])
    assert asdict(hit) == {
        "place": "src/cache.py:4",
        "path": "src/cache.py",
        "start_line": 4,
        "end_line": 6,
        "symbol": "Cache.load_entry",
        "kind": "function",
        "language": "python",
        "snippet": "\n".join(FILES["src/cache.py"].split("\n")[3:6]),
        "snippet_line": 4,
        "more_lines": 0,
        "match_lines": [],
        "stale": False,
    }


def test_long_hits_are_cut_and_say_how_much_follows(tools: CodeTools) -> None:
    [hit] = found(tools, "value_3", paths=["long.py"])
    assert hit.snippet == "\n".join(LONG.split("\n")[:10])
    assert hit.more_lines == len(LONG.rstrip("\n").split("\n")) - 10


def test_quoted_text_is_cited_and_shown_where_it_is(tools: CodeTools) -> None:
    [hit] = found(tools, '"value_12 = 12"')
    assert (hit.place, hit.start_line, hit.match_lines) == ("long.py:14", 1, [14])
    assert (hit.snippet_line, hit.more_lines) == (7, 0)
    assert hit.snippet == "\n".join(LONG.split("\n")[6:16])


def test_a_regular_expression_is_cited_where_it_matches_and_pages_follow(tools: CodeTools) -> None:
    [hit] = found(tools, "", regex=r"value_1[23] =")
    assert (hit.place, hit.match_lines) == ("long.py:14", [14, 15])
    every = found(tools, "load entry", limit=9)
    assert found(tools, "load entry", limit=1, offset=1) == every[1:2]


def test_code_like_that_at_a_place(tools: CodeTools) -> None:
    first = found(tools, "", like="long.py:3")[0]
    assert first.path != "long.py"
    assert [hit.path for hit in found(tools, "lang:md", like="long.py:1-16")] == ["docs/guide.md"]


def test_filters_that_name_nothing_are_said(tools: CodeTools) -> None:
    answer = tools.search("load lang:go", paths=["scr/"])
    assert answer.hits == []
    assert answer.note.startswith("No indexed file matches 'scr/'. Globs are")
    assert "No indexed file is in go: the index has python, " in answer.note


def test_long_lines_are_cut_and_invisible_characters_written_out(tools: CodeTools) -> None:
    [hit] = found(tools, "strange", paths=["strange.py"])
    first, second = hit.snippet.split("\n")
    assert first == "def strange():"
    assert second.startswith("    return '<U+001B>[2J<U+202E>yyy")
    assert second.count("y") == 200 - len("    return '\x1b[2J\u202e")


def test_limits_hold_from_one_to_fifty(tools: CodeTools) -> None:
    assert len(found(tools, "load entry", limit=1)) == 1
    assert len(found(tools, "load entry", limit=MOST_HITS)) > 1
    with pytest.raises(InvalidInputError, match="limit must be at most 50, got 51"):
        tools.search("load entry", limit=MOST_HITS + 1)
    with pytest.raises(InvalidInputError, match="limit must be a whole number of at least 1"):
        tools.search("load entry", limit=0)


def test_lines_are_read_from_indexed_files_alone(tools: CodeTools) -> None:
    assert tools.read("notes.txt").text == "the list of values"
    assert tools.read("src/cache.py", 4, 4).text == "    def load_entry(self, key):"
    with pytest.raises(InvalidInputError, match="is not in the index of"):
        tools.read("../outside.py")


def test_the_status_is_that_of_the_index(tools: CodeTools, project: Path, tiny_teacher: Path) -> None:  # noqa: F811
    stats = CodeIndex.open(project, encoder=None).stats
    [status] = tools.status()
    assert (status.root, status.files, status.chunks) == (str(project), 7, stats.chunks)
    assert status.languages == {"python": 4, "javascript": 1, "markdown": 1, "text": 1}
    assert (status.updated, status.teacher, status.missing) == (stats.updated, stats.teacher, 0)
    assert (status.taught, status.teaching) == (stats.chunks, "")
    home = IndexHome.find(project)
    with home.teaching(lambda: None):
        RunRecord(home, total=50, background=True)
        assert tools.status()[0].teaching.startswith("0 of 50 chunks, ")


def test_what_has_changed_and_could_not_be_brought_in_is_said(
    project: Path,  # noqa: F811
    build: Callable[..., IndexRun],  # noqa: F811
) -> None:
    build(project)
    tools = CodeTools(project, encoder=None, mode="lexical")
    write(project, {"notes.txt": "the list of unicorns\n"})
    with IndexHome.find(project).locked_at_once():
        answer = tools.search("values", paths=["notes.txt"])
        [hit] = answer.hits
        assert (hit.snippet, hit.stale) == ("the list of unicorns", True)
        assert answer.note.startswith("1 file has changed and not been indexed again: another run is writing")
        assert tools.status()[0].missing == 1


def test_an_index_is_made_on_the_spot_and_opened_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    tools = CodeTools(project, encoder=None, mode="lexical")
    opened: list[IndexGroup] = []
    threads = [threading.Thread(target=lambda: opened.append(tools.indexes)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 8
    assert len(set(map(id, opened))) == 1
    assert tools.search("load_entry").hits[0].symbol == "Cache.load_entry"
    [status] = tools.status()
    assert (status.root, status.taught) == (str(project), 0)
    monkeypatch.setenv("HOME", str(project))
    with pytest.raises(IndexNotFoundError, match="none is made of a home folder"):
        CodeTools(project.parent, encoder=None, mode="lexical").status()


def test_a_wrong_mode_is_an_error_of_codequest(project: Path, build: Callable[..., IndexRun]) -> None:  # noqa: F811
    build(project)
    with pytest.raises(CodequestError, match="mode must be one of"):
        CodeTools(project, encoder=None, mode="fuzzy").search("load entry")  # type: ignore[arg-type]


def test_several_folders_are_searched_as_one_and_places_are_absolute(
    tmp_path: Path,
    build: Callable[..., IndexRun],  # noqa: F811
) -> None:
    one, two = (tmp_path / name for name in ("one", "two"))
    build(write(one, {"src/cart.py": "def total(cart):\n    return sum(cart)\n"}))
    write(two, {"src/cart.py": "def total_of_orders(orders):\n    return sum(orders)\n"})
    tools = CodeTools(one / "src", two, encoder=None, mode="lexical")
    answer = tools.search("total")
    assert {hit.place for hit in answer.hits} == {f"{one}/src/cart.py:1", f"{two}/src/cart.py:1"}
    assert [status.root for status in tools.status()] == [str(one), str(two)]
    assert tools.read(f"{two}/src/cart.py", 1, 1).text == "def total_of_orders(orders):"
    assert tools.read("src/cart.py", 1, 1).text == "def total(cart):"
    with pytest.raises(InvalidInputError, match="is not in the index of"):
        tools.read(f"{tmp_path}/src/cart.py")

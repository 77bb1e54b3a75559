"""Hits in files that have changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.search import SearchHit
from codequest.search.freshness.current_lines import shown_as_now
from tests.search.conftest import write

LINES = [
    "def load_entry(key):",
    '    """Read the file of an entry."""',
    "    file = open(key)",
    "    content = file.read()",
    "    return parse(content)",
]


def now(root: Path, text: str, *, start: int = 3, old: list[str] = LINES) -> list[tuple[int, int, str, bool]]:
    """Lines, text and mark of a hit once its file has this text."""
    write(root, {"a.py": text})
    hit = SearchHit(
        path="a.py",
        language="python",
        kind="function",
        symbol="load_entry",
        start_line=start,
        end_line=start + len(old) - 1,
        text="\n".join(old),
        score=1.0,
    )
    found = list(shown_as_now(root, [hit], {"a.py"}))
    assert list(shown_as_now(root, [hit], {"b.py"})) == [hit]
    return [(hit.start_line, hit.end_line, hit.text, hit.stale) for hit in found if hit]


def test_lines_that_only_moved_are_what_they_were(tmp_path: Path) -> None:
    text = "\n".join(LINES)
    assert now(tmp_path, f"# new\n\n# more\n\n{text}\n") == [(5, 9, text, False)]
    assert now(tmp_path, f"{text}\n\n\n{text}\n\n\n{text}\n", start=9) == [(8, 12, text, False)]  # the nearest


def test_lines_that_changed_are_shown_as_they_are_and_marked(tmp_path: Path) -> None:
    edited = [LINES[0], "    # the file is kept open", *LINES[1:3], "    content = file.read(size)", LINES[4]]
    text = "\n".join(["import os", "", *edited, "", "def other():", "    return 5"])
    assert now(tmp_path, text) == [(3, 8, "\n".join(edited), True)]
    renamed = ["def load(key):", *LINES[1:]]
    assert now(tmp_path, "\n".join(["", *renamed, ""])) == [(2, 6, "\n".join(renamed), True)]
    assert now(tmp_path, "a\n\nlimit = 12\n", old=["limit = 10"]) == [(3, 3, "limit = 12", True)]


@pytest.mark.parametrize(
    "text",
    ["", "import os\n", "def other():\n    return 5\n" * 20, "# @generated\n" + "\n".join(LINES), "\0".join(LINES)],
)
def test_code_that_is_gone_or_not_to_be_read_is_left_out(tmp_path: Path, text: str) -> None:
    assert now(tmp_path, text) == []


def test_a_file_that_is_gone_or_became_a_link_is_left_out(tmp_path: Path) -> None:
    text = "\n".join(LINES)
    assert len(now(tmp_path, text)) == 1
    hit = SearchHit(
        path="a.py", language="python", kind="window", symbol="", start_line=1, end_line=5, text=text, score=1.0
    )
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert list(shown_as_now(tmp_path, [hit], {"a.py"})) == [None]
    (tmp_path / "a.py").symlink_to("b.py")
    assert list(shown_as_now(tmp_path, [hit], {"a.py"})) == [None]


def test_a_part_of_a_long_line_is_found_where_the_line_is_now(tmp_path: Path) -> None:
    part = "One sentence of a long line."
    text = f"# Guide\n\nAnother sentence. {part} And more.\n"
    assert now(tmp_path, text, start=1, old=[part]) == [(3, 3, part, False)]

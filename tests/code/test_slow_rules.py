"""Rules that git would read or match for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codequest.code.slow_rules import endless_rules, find_slow_rules, slowness
from tests.search.conftest import write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes")

HEAVY = "*a*a*a*a"


@pytest.mark.parametrize(
    ("content", "slow"),
    [
        ("*.py[cod]\n**/build/**/*.o\n", False),
        (f"# plain\n{HEAVY}\n", True),
        ("/**/a/**/b/**/c/**/d\n", True),
        ("a" + "*" * 500 + "b", False),  # as one star
        ("", False),
    ],
)
def test_many_stars_are_slow_and_few_are_not(content: str, slow: bool, tmp_path: Path) -> None:
    (tmp_path / "rules").write_text(content)
    reason = slowness(tmp_path / "rules")
    assert reason.startswith(f"{tmp_path / 'rules'} has a glob of many stars, '") == slow
    assert bool(reason) == slow


def test_a_file_of_megabytes_is_slow(tmp_path: Path) -> None:
    (tmp_path / "rules").write_bytes(b"a\n" * 500_001)
    assert slowness(tmp_path / "rules") == f"{tmp_path / 'rules'} is larger than 1 MB"


def test_what_is_no_file_is_slow_and_what_git_does_not_read_is_not(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")  # git opens no link as rules
    assert slowness(tmp_path / "pipe") == f"{tmp_path / 'pipe'} is no regular file"
    assert slowness(tmp_path / "link") == slowness(tmp_path / "missing") == slowness(tmp_path) == ""


def test_rules_are_looked_for_above_and_below_but_not_in_other_repositories(tmp_path: Path) -> None:
    top = write(tmp_path, {"in/a/b/c.py": "", "in/other/.git/HEAD": "", "in/other/.gitignore": HEAVY}).resolve()
    assert find_slow_rules(top / "in", top, []) == endless_rules(top / "in", top) == ""
    for name in ("in/a/b/.gitignore", ".gitignore", "elsewhere"):
        write(tmp_path, {name: HEAVY})
        assert str(top / name) in find_slow_rules(top / "in", top, [top / "elsewhere"])
        assert str(top / name) in endless_rules(top / "in", top)  # once it is known
        (top / name).unlink()
        assert endless_rules(top / "in", top) == ""

"""The page that says what was tested how names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "tested.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))


def names_in(path: Path) -> set[str]:
    return set(re.findall(r"^\s*(?:async )?def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("named", NAMED)
def test_a_named_test_is_there(named: str) -> None:
    file, _, name = named.partition("::")
    there = names_in(ROOT / file)
    assert name in there if name else there


def test_every_row_names_its_test() -> None:
    rows = [
        line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| family", "| stack"))
    ]
    assert len(rows) > 35
    assert [row for row in rows if "`tests/" not in row and row != "| given | test |"] == []


def test_every_test_of_teachers_and_stacks_is_on_the_page() -> None:
    folders = ("tests/teachers", "tests/integrations")
    files = {path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob("test_*.py")}
    inside = {  # how teachers are run and looked up: no family and no stack of its own
        "tests/integrations/test_sides.py",
        "tests/teachers/test_base.py",
        "tests/teachers/test_cache.py",
        "tests/teachers/test_local.py",
        "tests/teachers/test_local_graph.py",
        "tests/teachers/test_real_teacher.py",
        "tests/teachers/test_teachers_page.py",
        "tests/teachers/test_threads.py",
    }
    assert files - {named.partition("::")[0] for named in NAMED} == inside

"""``codequest index`` on a small project with a tiny teacher."""

from __future__ import annotations

from pathlib import Path

from tests.cli.commands import run


def test_a_second_run_changes_nothing(project: Path) -> None:
    assert "0 added, 0 changed, 0 removed, 5 unchanged. 0 chunks embedded" in run("index", project)

"""``codequest index`` on a small project with a tiny teacher."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import run
from tests.search.conftest import FILES, write


def test_a_second_run_changes_nothing(project: Path) -> None:
    printed = run("index", project)
    assert "0 added, 0 changed, 0 removed, 5 unchanged." in printed
    assert "The teacher embeds" not in printed


def test_a_light_index_says_what_is_left_and_how_to_go_on(
    tmp_path: Path, tiny_teacher: Path, tiny_light: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    teacher, root = shutil.copytree(tiny_teacher, tmp_path / tiny_teacher.name), write(tmp_path / "project", FILES)
    printed = run("index", root, "--teacher", teacher, "--light-encoder", tiny_light, "--light")
    assert re.search(
        r"Searchable after \d+\.\d s\.\n6 chunks have light vectors, .* codequest index \S+, or with --b", printed
    )
    assert "0 chunks have the vector of" in run("index", root, "--status")
    shutil.move(teacher, tmp_path / "away")
    printed = run("index", root)  # the light vectors go on serving
    assert "The teacher embeds 6 chunks. Search meanwhile" in printed
    assert "6 chunks have light vectors" in printed
    assert json.loads(run("search", "--path", root, "load entry", "--mode", "lexical", "--json"))[0]["path"]
    shutil.move(tmp_path / "away", teacher)
    assert "Every chunk has its teacher's vector." in run("index", root)
    assert "6 chunks have the vector of" in run("index", root, "--status")


def test_a_dry_run_says_what_is_left_out_and_writes_nothing(tmp_path: Path) -> None:
    root = write(tmp_path / "project", {**FILES, ".env": "KEY=1", "vendor/a.py": "a = 1\n"})
    printed = run("index", root, "--dry-run")
    assert "5 files would be indexed: 2 × python, 1 × markdown, 1 × text, 1 × javascript" in printed
    assert "left out: 1 × vendored, built or hidden folder\n    vendor/\n" in printed
    assert "left out: 1 × may hold secrets\n    .env\n" in printed
    assert not (root / ".codequest").exists()


def test_files_that_a_grammar_cannot_read_are_counted(project: Path) -> None:
    write(project, {"src/broken.py": "def broken(:\n    return (\n"})
    printed = run("index", project)
    assert "with syntax that the grammar cannot read, searched all the same: 1 × python" in printed

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import NOUNS, VERBS, beir, run
from tests.search.conftest import FILES, write


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    """36 distinct queries, one a line."""
    path = tmp_path / "queries.txt"
    path.write_text("\n".join(f"{verb} a {noun}" for verb in VERBS for noun in NOUNS), encoding="utf-8")
    return path


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Three queries, four documents."""
    queries = ["sort the dict", "read the file", "open the http query"]
    return beir(tmp_path / "data", queries, ["sort(dict)", "read(file)", "open(http)", "search(list)"])


@pytest.fixture
def adapter(tmp_path: Path, queries: Path, tiny_base: Path, tiny_teacher: Path) -> Path:
    out = tmp_path / "adapter"
    run("distill", queries, "--out", out, "--teacher", tiny_teacher, "--base", tiny_base, "--epochs", 2, "--rank", 4)
    return out


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

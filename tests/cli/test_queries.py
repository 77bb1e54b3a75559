"""``codequest queries``: from a codebase to files that the other commands take."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.data import load_dataset, load_queries
from codequest.errors import InvalidInputError
from tests.cli.commands import run, run_and_hear

CODE = '''def merge_intervals(intervals, *, touching=True):
    """Merge intervals that overlap.

    More about it.
    """
    found = []
    for first, last in sorted(intervals):
        found.append((first, last))
    return found


def read_table(path):
    """Read a table from a file of comma separated values."""
    with open(path) as file:
        lines = file.readlines()
    return [line.split(",") for line in lines]
'''


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "tables.py").write_text(CODE, encoding="utf-8")
    return folder


def test_queries_and_pairs_come_out_as_distill_takes_them(code: Path, tmp_path: Path) -> None:
    out, pairs = tmp_path / "queries.jsonl", tmp_path / "pairs"
    shown, said = run_and_hear("queries", code, "--out", out, "--pairs", pairs)
    assert load_queries(out) == [
        "Merge intervals that overlap",
        "Read a table from a file of comma separated values",
    ]
    assert "2 queries in" in shown
    assert f"Use them with: codequest distill {out} --pairs {pairs}:train --out adapter\n" in said
    dataset = load_dataset(f"{pairs}:train")
    assert list(dataset.queries.values()) == load_queries(out)
    documents = list(dataset.documents.values())
    assert documents[0].startswith("def merge_intervals(")
    assert not any('"""' in document for document in documents)


def test_weights_and_excluded_queries(code: Path, tmp_path: Path) -> None:
    out, held = tmp_path / "queries.jsonl", tmp_path / "held.txt"
    held.write_text("MERGE overlapping intervals\nthat overlap: merge intervals\n")
    run("queries", code, "--out", out, "--weight", "names=0.5", "--exclude", held)
    assert load_queries(out) == ["Read a table from a file of comma separated values", "read table"]


def test_what_users_ask_and_code_does_not_say_is_shown(code: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("how do I merge intervals?\nhow to read a csv file?\n")
    shown = run("queries", code, "--out", tmp_path / "queries.jsonl", "--like", log)
    (row,) = [line for line in shown.splitlines() if line.strip().startswith("question")]
    assert row.split() == ["question", "100.0%", "0.0%", "lacking"]


def test_where_to_write_and_weights_must_be_said(code: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"give --out FILE\.jsonl, --pairs FOLDER, or both"):
        run("queries", code)
    with pytest.raises(InvalidInputError, match="Cannot read the weight 'names'"):
        run("queries", code, "--out", tmp_path / "q.jsonl", "--weight", "names")

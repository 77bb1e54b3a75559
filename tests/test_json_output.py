"""The page about output for programs names every key of it."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from codequest import QueryEncoder, Report
from codequest.bench import BenchResult
from codequest.report import Study
from codequest.teachers.index_probe.conclusion import IndexProbe
from tests.cli.commands import NOUNS, VERBS, run

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "json.md").read_text(encoding="utf-8")
CODE = '''def read_table(path):
    """Read a table from a file of comma separated values."""
    with open(path) as file:
        lines = file.readlines()
    return [line.split(",") for line in lines]
'''
TEXTS = [f"{verb} the {noun}" for verb in VERBS for noun in NOUNS]


def documented(command: str) -> set[str]:
    """The keys in the first column of the table of a command."""
    section = PAGE.split(f"## codequest {command}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code with a light index, an index of texts in the space of the shipped adapters, and queries of users."""
    place = tmp_path_factory.mktemp("facts")
    (place / "src").mkdir()
    (place / "src" / "tables.py").write_text(CODE, encoding="utf-8")
    (place / "users.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    np.save(place / "index.npy", QueryEncoder.from_pretrained("static").encode(TEXTS))
    (place / "index.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in TEXTS), encoding="utf-8")
    run("index", place / "src", "--light")
    return place


@pytest.mark.parametrize("options", [["--light"], ["--status"], ["--dry-run"]], ids=str)
def test_an_index(place: Path, options: list[str]) -> None:
    found = json.loads(run("index", place / "src", *options, "--json"))
    assert set(found) == documented(" ".join(["index", *(option for option in options if option != "--light")]))
    assert (found["root"], found["files"]) == (str(place / "src"), 1)


def test_a_search(place: Path) -> None:
    [hit] = json.loads(run("search", "read a table", "--path", place / "src", "--encoder", "static", "--json"))
    assert set(hit) == documented("search")
    assert hit["symbol"] == "read_table"


def test_an_adapter_and_those_that_are_shipped() -> None:
    found = json.loads(run("info", "static", "--json"))
    assert set(found) == documented("info")
    assert set(found["cost_of_one_query"]) == {"parameters", "active_bytes", "flops", "tokens"}
    listed = json.loads(run("info", "--json"))["adapters"]
    assert [set(row) for row in listed] == [{"adapter", "kind", "embeds", "megabytes", "teacher", "dim"}] * len(listed)
    assert {row["adapter"]: row["embeds"] for row in listed}["static-documents"] == "documents"


def test_teachers() -> None:
    found = json.loads(run("teachers", "--json"))
    assert set(found) == documented("teachers")
    assert {"scheme": "vectors", "loads": "A folder of stored vectors."}.keys() == found["schemes"][0].keys()
    assert all(isinstance(model["installed"], bool) and "pip install" in model["install"] for model in found["models"])


def test_a_probe_by_an_adapter(place: Path) -> None:
    found = json.loads(run("probe", place / "index.npy", "--adapter", "static", "--json"))
    assert found.pop("says").startswith("A model like sentence-transformers/all-mpnet-base-v2 made these")
    assert found == {"vectors": len(TEXTS), "adapter": "static", "verdict": "match"}


def test_queries(place: Path) -> None:
    out, pairs = place / "mined.jsonl", place / "pairs"
    found = json.loads(
        run("queries", place / "src", "--out", out, "--pairs", pairs, "--like", place / "users.txt", "--json")
    )
    assert set(found) == documented("queries")
    assert found["queries"]["count"] == len(out.read_text(encoding="utf-8").splitlines())
    assert found["coverage"]["users"] == len(TEXTS)
    assert found["pairs"] == {
        "folder": str(pairs), "descriptions": 1, "functions": 1, "languages": {"python": 1}, "passed_over": {},
    }  # fmt: skip


def test_results_that_are_saved_too() -> None:
    def named(result: type) -> set[str]:
        return {field.name for field in fields(result)}

    assert documented("evaluate") == {"format_version"} | named(Report)
    assert documented("bench") == {"format_version"} | named(BenchResult)
    assert documented("report") == {"schema", "schema_version"} | named(Study)
    assert documented("probe") == {"vectors", "teacher"} | named(IndexProbe)

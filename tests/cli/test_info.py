"""``codequest info`` on a tiny adapter, and ``codequest teachers``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from codequest import QueryEncoder
from codequest.adapters import shipped_adapters
from codequest.search import CodeIndex
from codequest.weights.packages import KNOWN_PACKAGES
from tests.cli.commands import run


def test_info_shows_what_an_adapter_is(adapter: Path) -> None:
    shown = json.loads(run("info", adapter))
    encoder = QueryEncoder.from_pretrained(adapter)
    assert shown["kind"] == "lora"
    assert shown["space"]["fingerprint"] == encoder.space.fingerprint
    assert shown["cost_of_one_query"]["flops"] == encoder.cost().flops
    assert shown["training"] == encoder.training


def test_without_a_name_the_shipped_ones_are_listed_by_space() -> None:
    printed = run("info")
    assert printed.count("In the space of sentence-transformers/all-mpnet-base-v2, 768 dimensions") == 1
    assert re.search(r"static-documents +static +documents +\d+\.\d", printed)
    assert all(name in printed for name in shipped_adapters())
    assert printed.index("minilm-l3-lora") < printed.index("minilm-projection")


def test_info_of_an_indexed_folder_says_how_it_is_searched(
    tmp_path: Path, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.py").write_text("def load():\n    return 1\n", encoding="utf-8")
    CodeIndex.build(project, teacher=str(tiny_teacher))
    shown = json.loads(run("info", project))
    assert (shown["root"], shown["chunks"], shown["vectors"]) == (str(project), 1, "all")
    assert shown == json.loads(run("index", project, "--status", "--json"))
    assert "A search compares the vectors of all chunks." in run("index", project, "--status")


def test_teachers_lists_schemes_and_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = [line.strip() for line in run("teachers").splitlines()]
    assert [line.split()[0] for line in lines if line.startswith(("auto ", "local ", "vectors "))] == [
        "auto",
        "local",
        "vectors",
    ]
    assert not any("`" in line for line in lines)
    for package in KNOWN_PACKAGES.values():
        at = lines.index(package.install_command)  # on a line of its own, to be copied, however long
        assert lines[at - 1].startswith(f"{package.model_id}: ")

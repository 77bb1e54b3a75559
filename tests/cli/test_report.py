"""``codequest report`` on tiny models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from codequest import ProjectionQueryEncoder, load_teacher
from codequest.cli.app import build_app
from codequest.errors import InvalidInputError


def run(*arguments: object) -> str:
    result = CliRunner().invoke(build_app(), ["report", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


@pytest.fixture
def adapter(tmp_path: Path, tiny_base: Path, tiny_teacher: Path) -> Path:
    space = load_teacher(str(tiny_teacher)).space
    return ProjectionQueryEncoder.create(str(tiny_base), space=space).save_pretrained(tmp_path / "small")


def test_an_index_and_queries_of_ones_own_make_a_page(tmp_path: Path, adapter: Path, tiny_teacher: Path) -> None:
    texts = [f"def f{number}(): return {number}" for number in range(12)]
    np.save(tmp_path / "index.npy", load_teacher(str(tiny_teacher)).encode_documents(texts))
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, texts)), encoding="utf-8")
    (tmp_path / "mine.txt").write_text("sort a dict\nread the file\nopen http", encoding="utf-8")
    printed = run(
        adapter, "eight=quantized:int8", "--teacher", tiny_teacher, "--no-latency",
        "--queries", tmp_path / "mine.txt", "--vectors", tmp_path / "index.npy",
        "--documents", tmp_path / "texts.jsonl", "--out", tmp_path / "report",
    )  # fmt: skip
    values = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert values["labelled"] is False
    assert values["report"]["dataset"] == "mine.txt + texts.jsonl + index.npy"
    assert [one["name"] for one in values["report"]["encoders"]] == ["small", "eight"]
    overlap = values["agreement"]["small"]["overlap"]
    assert f"small: finds {overlap:.1%}" in printed
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "def f3(): return 3" in page
    assert "Quality against latency" not in page


def test_bad_input_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="something else than an earlier report"):
        run("nobody", "--dataset", "nowhere", "--out", tmp_path)
    with pytest.raises(InvalidInputError, match="Cannot read the dataset 'a:b:c:d'"):
        run("nobody", "--dataset", "a:b:c:d", "--out", tmp_path / "new")
    with pytest.raises(InvalidInputError, match="nothing to search with"):
        run("nobody", "--out", tmp_path / "new")

"""Examples that train, serve and look after adapters run, on tiny models."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest import EmbeddingSpace, ProjectionQueryEncoder, QueryEncoder
from codequest.adapters.reference_vectors import REFERENCE_FILE
from codequest.encoders.index_check import check_teacher
from codequest.teachers import LocalTeacher
from tests.test_documents import run_example
from tests.training.conftest import TEXTS

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    (tmp_path / "queries.txt").write_text("\n".join(TEXTS[:40]), encoding="utf-8")
    return tmp_path / "queries.txt"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))


@pytest.mark.usefixtures("cache")
def test_train_projection(queries: Path, tiny_base: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    printed = run_example("train_projection.py", queries, "adapter", tiny_teacher, tiny_base, cwd=tmp_path)
    best = re.match(r"\d+ steps, cosine on held-out queries (0\.\d{4})\n", printed)
    assert best is not None
    encoder, teacher = QueryEncoder.from_pretrained(tmp_path / "adapter"), LocalTeacher(str(tiny_teacher))
    check_teacher(encoder, teacher)
    cosines = np.sum(encoder.encode(TEXTS[:40]) * teacher.encode_queries(TEXTS[:40]), axis=1)
    assert cosines.mean() > 0.9


@pytest.mark.usefixtures("cache")
def test_own_teacher(queries: Path, tiny_base: Path, tmp_path: Path) -> None:
    printed = run_example("own_teacher.py", queries, "adapter", TEXTS[3], tiny_base, cwd=tmp_path).splitlines()
    encoder = QueryEncoder.from_pretrained(tmp_path / "adapter")
    assert encoder.space == EmbeddingSpace(teacher="words-in-buckets", dim=256)
    assert len(printed) == 3
    assert all(line.split("  ", 1)[1] in TEXTS[:40] for line in printed)
    scores = [float(line.split()[0]) for line in printed]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.slow
def test_refresh_adapters(tiny_base: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    teacher = LocalTeacher(str(tiny_teacher), device="cpu")
    folder = ProjectionQueryEncoder.create(str(tiny_base), space=teacher.space).save_pretrained(tmp_path / "old")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "README.md").write_text("as it was written a year ago", encoding="utf-8")
    there = tiny_teacher.parent  # a private teacher is named by its folder
    assert run_example("refresh_adapters.py", folder, cwd=there) == f"{folder}\n"
    check_teacher(QueryEncoder.from_pretrained(folder), teacher)
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert after.keys() - before.keys() == {REFERENCE_FILE}
    told, config = (json.loads(files.pop("config.json")) for files in (before, after))
    assert config["files"].keys() - told["files"].keys() == {REFERENCE_FILE}
    assert {**config, "files": told["files"]} == told
    assert {name: after[name] for name in before} == before


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom_and_holds_its_figures() -> None:
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(EXAMPLES / "tour.ipynb", as_version=4)
    kept = notebook.copy()
    assert figures_of(kept) == 2
    client.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    assert figures_of(notebook) == 2
    printed = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ()))
    assert "100 queries, 100 functions" in printed
    assert re.search(r"^static +\d+\.\d% \[.*\] +0\.0004 GFLOP +\d\.\d MB$", printed, re.MULTILINE)


def figures_of(notebook: Any) -> int:
    """Pictures among the outputs of a notebook."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return sum("image/png" in output.get("data", {}) for output in outputs)

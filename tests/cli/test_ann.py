"""``codequest ann`` on tiny models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from codequest import ProjectionQueryEncoder, load_teacher
from codequest.cli.app import build_app
from codequest.errors import SpaceMismatchError
from codequest.space import EmbeddingSpace


def run(*arguments: object) -> str:
    result = CliRunner().invoke(build_app(), ["ann", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Each function is described by one query."""
    folder = tmp_path / "data"
    (folder / "qrels").mkdir(parents=True)
    rows = [(f"sort {number} lists", f"def sort_{number}(lists): ...") for number in range(60)]
    for name, column in (("queries", 0), ("corpus", 1)):
        lines = (json.dumps({"_id": f"{name}{number}", "text": row[column]}) for number, row in enumerate(rows))
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    judged = (f"queries{number}\tcorpus{number}\t1\n" for number in range(60))
    (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(judged), encoding="utf-8")
    return folder


def test_recall_ndcg_and_needed_effort_of_both_indexes(
    tmp_path: Path, dataset: Path, tiny_base: Path, tiny_teacher: Path
) -> None:
    space = load_teacher(str(tiny_teacher)).space
    adapter = ProjectionQueryEncoder.create(str(tiny_base), space=space).save_pretrained(tmp_path / "small")
    out = tmp_path / "ann.json"
    printed = run(adapter, "--dataset", dataset, "--teacher", tiny_teacher, "--out", out)
    values = json.loads(out.read_text(encoding="utf-8"))
    assert sorted(values) == ["HNSW", "IVF"]
    for index in values.values():
        assert (index["documents"], index["queries"], index["k"]) == (60, 60, 10)
        for name in ("teacher", "small"):
            assert index["recall"][name][-1] == 1  # both indexes look at everything in the end
            assert index["labelled"]["ndcg"][name][-1] == pytest.approx(index["labelled"]["ndcg_exact"][name])
    graph = values["HNSW"]
    assert f"ef for {graph['target']:.3f}" in " ".join(printed.split())
    assert "IVF of 60 documents, 60 queries: nDCG@10" in printed
    (row,) = [line.split() for line in printed.splitlines() if line.split()[:1] == ["small"]][:1]
    expected = [1.0, *graph["recall"]["small"]]
    assert row[1:-1] == [f"{value:.3f}" for value in expected]
    assert row[-1] == str(graph["needed"]["small"])


def test_without_labels_there_is_no_ndcg(tmp_path: Path, dataset: Path, tiny_base: Path, tiny_teacher: Path) -> None:
    teacher = load_teacher(str(tiny_teacher))
    adapter = ProjectionQueryEncoder.create(str(tiny_base), space=teacher.space).save_pretrained(tmp_path / "small")
    np.save(tmp_path / "index.npy", teacher.encode_documents([f"f{number}()" for number in range(50)]))
    (tmp_path / "mine.txt").write_text("sort a dict\nread the file", encoding="utf-8")
    files = ["--queries", tmp_path / "mine.txt", "--vectors", tmp_path / "index.npy"]
    printed = run(adapter, "--teacher", tiny_teacher, *files)
    assert "HNSW of 50 documents, 2 queries: recall@10" in printed
    assert "nDCG" not in printed


def test_an_encoder_of_another_space_is_refused(
    tmp_path: Path, dataset: Path, tiny_base: Path, tiny_teacher: Path
) -> None:
    space = EmbeddingSpace(teacher="test/other", dim=48)
    adapter = ProjectionQueryEncoder.create(str(tiny_base), space=space).save_pretrained(tmp_path / "small")
    with pytest.raises(SpaceMismatchError, match="Encoder 'small' cannot search this teacher's documents"):
        run(adapter, "--dataset", dataset, "--teacher", tiny_teacher)

"""``codequest evaluate`` on a tiny adapter."""

from __future__ import annotations

import json
from pathlib import Path

from codequest import QueryEncoder, load_beir
from codequest.evaluation import compare_documents
from codequest.teachers import LocalTeacher
from tests.cli.commands import beir, run


def test_evaluate_prints_and_saves_the_report(adapter: Path, dataset: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    printed = run("evaluate", adapter, "--dataset", dataset, "--teacher", tiny_teacher, "--out", tmp_path / "report")
    assert "3 queries in 4 documents" in printed
    shown = json.loads(run("evaluate", adapter, "--dataset", dataset, "--teacher", tiny_teacher, "--json"))
    assert [report["dataset"] for report in shown["reports"]] == ["data/dev"]
    assert shown["reports"][0]["encoders"][0]["measures"]["Recall@10"] == 1.0
    report = json.loads((tmp_path / "report" / "evaluation.json").read_text(encoding="utf-8"))
    assert report["encoders"][0]["measures"]["Recall@10"] == 1.0
    assert "| encoder |" in (tmp_path / "report" / "evaluation.md").read_text(encoding="utf-8")


def test_evaluate_shows_several_datasets_and_their_mean(tmp_path: Path, adapter: Path, tiny_teacher: Path) -> None:
    parts = beir(tmp_path / "parts", ["sort the dict", "read the file"], ["sort(dict)", "read(file)"])
    judged = (parts / "qrels" / "dev.tsv").read_text()
    (parts / "qrels" / "test.tsv").write_text(judged)
    both = ("--dataset", f"{parts}:dev", "--dataset", f"{parts}:test")
    printed = run("evaluate", adapter, *both, "--teacher", tiny_teacher, "--out", tmp_path / "report")
    rows = printed.split("Retention of nDCG@10")[1].splitlines()
    [mean] = [row.split() for row in rows if "mean of 2" in row]
    [first] = [row.split() for row in rows if "parts/dev" in row]
    assert mean[-3] == first[-3]  # the same queries twice
    saved = sorted(path.name for path in (tmp_path / "report").iterdir())
    assert saved == ["parts-dev", "parts-test"]
    assert printed.count("p50 ms") == 1


def test_light_documents_are_compared_with_the_teachers(
    tmp_path: Path, adapter: Path, dataset: Path, tiny_teacher: Path
) -> None:
    light = QueryEncoder.from_pretrained(adapter)
    light.documents = True
    folder = light.save_pretrained(tmp_path / "light")
    given = ("--dataset", dataset, "--teacher", tiny_teacher, "--out", tmp_path / "report")
    printed = run("evaluate", adapter, "--documents", folder, *given)
    assert "p50 ms" not in printed
    [row] = json.loads((tmp_path / "report" / "evaluation.json").read_text(encoding="utf-8"))["encoders"]
    source, tests = LocalTeacher(str(tiny_teacher), device="cpu"), load_beir(dataset)
    [report] = compare_documents(light, {row["name"]: light}, source, [tests])
    assert row["retention"] == report.encoders[0].retention
    assert row["measures"] == report.encoders[0].measures

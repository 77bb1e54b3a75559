"""``codequest bench`` on tiny models."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from codequest.bench import BenchResult
from codequest.bench.tables import to_markdown
from codequest.cli.app import build_app
from codequest.errors import DatasetError, InvalidInputError
from codequest.machine import available_cpus
from tests.cli.commands import beir, run

QUERIES = ["sort the list of the dict by the value", "read the file in the list of files"]


def test_bench_prints_and_saves_what_it_measured_and_shows_it_again(
    tmp_path: Path, tiny_light: Path, tiny_teacher: Path
) -> None:
    data, out = beir(tmp_path / "data", QUERIES, ["sort(dict)", "read(file)"]), tmp_path / "bench.json"
    threads = min(2, available_cpus())
    printed = run(
        "bench", tiny_light, "--dataset", data, "--teacher", tiny_teacher, "--rounds", 1, "--threads", threads,
        "--seconds", 0, "--form", "none", "--out", out,
    )  # fmt: skip
    result = BenchResult.load(out)
    assert [row.name for row in result.rows] == ["teacher", "tiny-light"]
    assert [len(row.rounds) for row in result.rows] == [1, 1]
    for title in ("One query of 8 to 12 words", "A batch of 256", "The process", "What is kept"):
        assert title in printed
    assert run("bench", "--show", out) == printed
    assert run("bench", "--show", out, "--markdown") == to_markdown(result)
    assert BenchResult.from_json(run("bench", "--show", out, "--json")) == result
    other = run("bench", "--show", out, "--baseline", "tiny-light")
    assert "× is how many times better than tiny-light" in " ".join(other.split())
    with pytest.raises(InvalidInputError, match="'mpnet' was not measured"):
        run("bench", "--show", out, "--baseline", "mpnet")


def test_a_dataset_without_labels_is_refused_before_anything_runs(tmp_path: Path) -> None:
    data = beir(tmp_path / "data", QUERIES, ["sort(dict)", "read(file)"])
    (data / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq0\td0\t0\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="has no labelled query"):
        run("bench", "static", "--dataset", data)


@pytest.mark.parametrize("out", ["data", "data/corpus.jsonl/bench.json"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_runs(tmp_path: Path, out: str) -> None:
    beir(tmp_path / "data", QUERIES, ["sort(dict)", "read(file)"])
    with pytest.raises(InvalidInputError, match=r"The benchmark cannot be written to .*: (Is a directory|File exists)"):
        run("bench", "no-such-adapter", "--out", tmp_path / out)


def test_the_help_names_the_options() -> None:
    printed = CliRunner().invoke(build_app(), ["bench", "--help"], env={"COLUMNS": "200"}).stdout
    for option in ("--dataset", "--rounds", "--out", "--form", "--threads", "--markdown", "--show", "--baseline"):
        assert option in printed

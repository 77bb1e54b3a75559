from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from codequest.bench.result import BenchResult, BenchRow, check_file
from codequest.bench.tables import bench_tables, notes, to_markdown
from codequest.errors import InvalidInputError


@pytest.fixture
def result() -> BenchResult:
    """Three rounds; in the second the machine is half as fast for everyone."""
    rows = {"teacher": (60, 120, 60), "encoder": (4, 8, 5), "encoder, bare": (4, 7.6, 4)}
    throughput = {"teacher": 20, "encoder": 160, "encoder, bare": 200}
    return BenchResult(
        rows=tuple(
            BenchRow(
                name=name,
                rounds=tuple({"single p50 ms": p50, "batch texts/s": throughput[name], "disk MB": 8} for p50 in p50s),
                bare_of="encoder" if name == "encoder, bare" else None,
                reference="teacher" if name == "encoder" else None,
                cosine=0.99912 if name == "encoder" else None,
                ndcg=0.5,
                retention=1.0 if name == "teacher" else 0.984,
                retention_low=0.9,
                retention_high=1.1,
                versions={"torch": "2"} if name == "teacher" else {"numpy": "2"},
            )
            for name, p50s in rows.items()
        ),
        threads=2,
        texts=151,
        dataset="cosqa/dev",
        not_run={"peer": "no wheel"},
        machine={"cpu": "fast"},
    )


def test_ratios_are_taken_within_a_round(result: BenchResult) -> None:
    assert result.row("encoder").spread("single p50 ms") == (5, 4, 8)
    assert result.ratio("encoder", "single p50 ms") == (15, 12, 15)
    assert result.ratio("encoder", "batch texts/s") == (8, 8, 8)  # more is better
    assert result.ratio("encoder", "cold start ms") is None
    assert result.overhead(result.row("encoder, bare")) == pytest.approx((1 / 19, 0, 0.25))


def test_a_result_comes_back_from_its_file(result: BenchResult, tmp_path: Path) -> None:
    path = result.save(tmp_path / "new" / "bench.json")
    assert BenchResult.load(path) == result
    assert json.loads(path.read_text(encoding="utf-8"))["format_version"] == 1
    check_file(path)
    assert BenchResult.load(path) == result
    check_file(tmp_path / "other" / "bench.json")
    assert list((tmp_path / "other").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "Not a codequest benchmark: .* Expected a file that codequest bench --out wrote"),
        ("[]", "format version 1 was expected, got None"),
        ('{"format_version": 2}', "format version 1 was expected, got 2"),
        ('{"format_version": 1, "rows": []}', "Not a codequest benchmark"),
        ('{"format_version": 1, "rows": [], "threads": 2, "texts": 1}', "'teacher' was not measured"),
    ],
)
def test_other_files_are_refused(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=message):
        BenchResult.load(tmp_path / "bench.json")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        BenchResult.load(tmp_path / "missing.json")
    with pytest.raises(InvalidInputError, match=r"cannot be written to .*: (Not a directory|File exists)"):
        BenchResult(rows=(BenchRow(name="teacher", rounds=()),), threads=1, texts=1).save(tmp_path / "bench.json" / "a")


def test_tables_show_every_figure_with_its_ratio_and_what_is_kept(result: BenchResult) -> None:
    tables = bench_tables(result)
    assert list(tables) == [
        "One query of 8 to 12 words", "The process", "What is kept", "encode() beside graph and tokenizer run bare"
    ]  # fmt: skip
    assert tables["One query of 8 to 12 words"] == [
        {"": "teacher", "p50 ms": "60.0", "retention": "100.0%"},
        {"": "encoder", "p50 ms": "5.00, 15.0× [12.0–15.0]", "retention": "98.4%"},
    ]
    assert tables["The process"][1] == {"": "encoder", "disk MB": "8.00, 1.00×", "retention": "98.4%"}
    assert tables["What is kept"][1] == {
        "": "encoder", "nDCG@10": "0.500", "retention": "98.4% [90.0%, 110.0%]", "cosine": "0.9991 to teacher"
    }  # fmt: skip
    assert tables["encode() beside graph and tokenizer run bare"] == [
        {"": "encoder", "encode p50 ms": "5.00", "bare p50 ms": "4.00", "encode adds": "+5.3% [+0.0%, +25.0%]"}
    ]
    assert bench_tables(replace(result, dataset=None))["What is kept"][1] == {
        "": "encoder",
        "cosine": "0.9991 to teacher",
    }
    assert bench_tables(result, between="\n")["One query of 8 to 12 words"][1]["p50 ms"] == "5.00\n15.0× [12.0–15.0]"


def test_a_bare_graph_whose_encoder_died_is_left_out(result: BenchResult) -> None:
    left = replace(result, rows=tuple(row for row in result.rows if row.name != "encoder"))
    assert "encode() beside graph and tokenizer run bare" not in bench_tables(left)


def test_markdown_says_how_it_was_measured(result: BenchResult) -> None:
    written = to_markdown(result)
    assert "| encoder | 5.00, 15.0× [12.0–15.0] | 98.4% |" in written
    for note in notes(result):
        assert f"- {note}\n" in written
    assert "- Not run: peer: no wheel\n" in written
    assert "- Loaded by encoder; encoder, bare: numpy 2.\n" in written
    assert "Medians over 3 rounds, each competitor alone in its process, 2 threads, 151 distinct texts" in written

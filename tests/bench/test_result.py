from __future__ import annotations

import json
from pathlib import Path

import pytest

from codequest.bench.result import BenchResult, BenchRow, check_file
from codequest.errors import InvalidInputError


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
        ("{", "holds no JSON: .* Expected a file that codequest bench --out wrote"),
        ("[]", "format version 1 was expected, got None"),
        ('{"format_version": 2}', "format version 1 was expected, got 2"),
        ('{"format_version": 1, "rows": []}', "This benchmark is malformed: Object missing required field `threads`"),
        ('{"format_version": 1, "rows": [], "threads": 2, "texts": 1}', "'teacher' was not measured"),
    ],
)
def test_other_files_are_refused(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=message):
        BenchResult.load(tmp_path / "bench.json")
    with pytest.raises(InvalidInputError, match=r"missing\.json is missing"):
        BenchResult.load(tmp_path / "missing.json")
    with pytest.raises(InvalidInputError, match=r"cannot be written to .*: (Not a directory|File exists)"):
        BenchResult(rows=(BenchRow(name="teacher", rounds=()),), threads=1, texts=1).save(tmp_path / "bench.json" / "a")

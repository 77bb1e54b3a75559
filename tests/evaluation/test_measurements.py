from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

import codequest.evaluation
from codequest.errors import InvalidInputError
from codequest.evaluation import Report
from codequest.evaluation.measurements import ReportRow

MEASURES = {"nDCG@10": 0.8, "MRR@10": 0.75, "Recall@1": 0.5, "Recall@5": 0.9, "Recall@10": 0.95}
REPORT = Report(
    dataset="cosqa/dev",
    queries=500,
    documents=6267,
    teacher=ReportRow(name="test/teacher", kind="teacher", measures=MEASURES, latency_p50_ms=40.0, latency_p95_ms=50.0),
    encoders=(
        ReportRow(
            name="small|fast",
            kind="lora",
            measures={**MEASURES, "nDCG@10": 0.76},
            retention=0.95,
            retention_low=0.9304,
            retention_high=0.97,
            cosine=0.8766,
            overlap=0.625,
            latency_p50_ms=4.0,
            latency_p95_ms=5.25,
            speedup=10.0,
            parameters=22_713_216,
            active_bytes=43_000_000,
            flops=525_000_000,
            tokens=12,
        ),
    ),
    space="0123456789abcdef",
    seed=3,
    resamples=10_000,
    confidence=0.95,
    latency_queries=50,
    machine={"cpu": "Test CPU", "threads": "2"},
    versions={"torch": "2.8.0"},
)


def test_rows_hold_the_teacher_first_and_dashes_for_what_is_missing():
    teacher, encoder = REPORT.rows
    assert list(teacher) == list(encoder)
    assert teacher["encoder"] == "test/teacher"
    assert teacher["nDCG@10"] == "0.800"
    assert {teacher[column] for column in ("retention %", "cosine", "overlap@10 %", "speedup", "GFLOP")} == {"–"}
    assert encoder == {
        "encoder": "small|fast",
        "kind": "lora",
        "nDCG@10": "0.760",
        "MRR@10": "0.750",
        "Recall@1": "0.500",
        "Recall@5": "0.900",
        "Recall@10": "0.950",
        "retention %": "95.0 [93.0, 97.0]",
        "cosine": "0.877",
        "overlap@10 %": "62.5",
        "p50 ms": "4.00",
        "p95 ms": "5.25",
        "speedup": "10.0×",
        "params M": "22.7",
        "active MB": "43.0",
        "GFLOP": "0.525",
    }


def test_markdown_is_one_table_and_the_conditions():
    lines = REPORT.to_markdown().splitlines()
    assert lines[0] == "# cosqa/dev"
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 4
    assert {line.replace("\\|", "").count("|") for line in table} == {len(REPORT.rows[0]) + 1}
    assert "| small\\|fast | lora | 0.760 |" in table[3]
    assert "- 500 queries in 6,267 documents; space 0123456789abcdef; seed 3." in lines
    assert "- Machine: cpu Test CPU, threads 2." in lines
    assert any("95% paired bootstrap interval of 10,000 resamples" in line for line in lines)


def test_names_are_no_markup():
    written = replace(REPORT, dataset="<img src=x>", machine={"cpu": "[a](http://evil.example)"}).to_markdown()
    assert written.startswith("# &lt;img src=x>\n")
    assert "cpu [a]\\(http://evil.example)" in written


def test_a_report_prints_as_its_markdown():
    assert str(REPORT) == f"{REPORT}" == REPORT.to_markdown()


def test_latency_that_was_not_measured_is_not_described():
    assert "Latency was not measured." in replace(REPORT, latency_queries=0).to_markdown()


def test_json_is_read_back_equal():
    assert Report.from_json(REPORT.to_json()) == REPORT
    assert json.loads(REPORT.to_json())["encoders"][0]["retention_low"] == 0.9304


def test_save_writes_both_files_again_and_again(tmp_path):
    folder = tmp_path / "new" / "folder"
    assert REPORT.save(folder) == folder
    REPORT.save(str(folder))
    assert sorted(path.name for path in folder.iterdir()) == ["evaluation.json", "evaluation.md"]
    assert Report.from_json((folder / "evaluation.json").read_text(encoding="utf-8")) == REPORT
    assert (folder / "evaluation.md").read_text(encoding="utf-8") == REPORT.to_markdown()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InvalidInputError, match=r"cannot be written to .*taken: .* Choose a folder"):
        REPORT.save(tmp_path / "taken")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "This report holds no JSON: .* Expected the content of an evaluation.json"),
        ("[1]", "format version 1 was expected, got None"),
        ("{}", "format version 1 was expected, got None"),
        ('{"format_version": 9}', "format version 1 was expected, got 9"),
        ('{"format_version": 1}', "This report is malformed: Object missing required field `dataset`"),
        (
            REPORT.to_json().replace('"kind": "teacher"', '"kind": 7'),
            r"Expected `str`, got `int` - at `\$\.teacher\.kind`",
        ),
        (REPORT.to_json().replace('"kind": "teacher"', '"kind": "teacher", "flops": 1' + "0" * 400), "has a number of"),
    ],
)
def test_other_content_is_refused(text, message):
    with pytest.raises(InvalidInputError, match=message):
        Report.from_json(text)


def test_importing_evaluation_imports_nothing_heavy():
    heavy = "{'torch', 'transformers', 'datasets', 'ir_measures'}"
    code = f"import sys, codequest.evaluation; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_are_sorted_and_exist():
    names = codequest.evaluation.__all__
    assert names == sorted(names)
    assert set(names) == {
        "Report", "compare", "compare_documents", "compare_each", "evaluate", "retention_table", "summaries",
    }  # fmt: skip
    assert len(names) == len(set(names))
    assert all(getattr(codequest.evaluation, name).__doc__ for name in names)


def test_little_arithmetic_is_not_none() -> None:
    assert ReportRow(name="table", kind="static", measures={}, flops=404_960).cells()["GFLOP"] == "0.000405"
    assert ReportRow(name="model", kind="teacher", measures={}, flops=2_043_740_000).cells()["GFLOP"] == "2.04"

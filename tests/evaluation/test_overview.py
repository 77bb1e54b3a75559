"""What encoders keep, dataset by dataset."""

from __future__ import annotations

from dataclasses import replace

from codequest.evaluation import retention_table, summaries
from tests.evaluation.test_measurements import REPORT

KEPT = {"nDCG@10": 0.6, "retention": 1.2, "retention_low": 1.14, "retention_high": 1.26}
LOST = {"nDCG@10": 0.4, "retention": 0.8, "retention_low": 0.72, "retention_high": 0.88}


def test_a_row_per_dataset_a_column_per_encoder_and_the_mean_of_parts():
    measured = {"one": {"docs/go": KEPT, "docs/php": LOST, "one query": {"p50 ms": 3.0}}, "other": {"docs/go": LOST}}
    assert retention_table(measured) == [
        {"dataset": "docs/go", "one": "120.0 [114.0, 126.0]", "other": "80.0 [72.0, 88.0]"},
        {"dataset": "docs/php", "one": "80.0 [72.0, 88.0]", "other": "–"},
        {"dataset": "docs, mean of 2", "one": "100.0 [95.0, 105.0]", "other": "–"},
    ]


def test_reports_are_put_together_by_encoder():
    other = replace(REPORT, dataset="cosqa/test", encoders=(replace(REPORT.encoders[0], retention=0.9),))
    found = summaries([REPORT, other])["small|fast"]
    assert {name: values["retention"] for name, values in found.items()} == {"cosqa/dev": 0.95, "cosqa/test": 0.9}

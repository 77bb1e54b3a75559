"""Which qualities are set against which costs."""

from __future__ import annotations

from typing import Any

from codequest.evaluation import Report
from codequest.evaluation.measurements import ReportRow
from codequest.report.tradeoffs import RETENTION, find_tradeoffs
from codequest.space import EmbeddingSpace

SPACE = EmbeddingSpace(teacher="m", dim=4)


def row(name: str, kind: str, recall: float, **values: Any) -> ReportRow:
    return ReportRow(name=name, kind=kind, measures={"Recall@10": recall}, **values)


def test_every_known_cost_has_both_qualities() -> None:
    report = Report(
        dataset="d",
        queries=1,
        documents=1,
        space=SPACE,
        seed=0,
        resamples=10,
        confidence=0.95,
        latency_queries=0,
        teacher=row("m", "teacher", 0.9, flops=100, active_bytes=40),
        encoders=(
            row("a", "lora", 0.8, flops=10, active_bytes=0, retention=0.95, retention_low=0.9, retention_high=1.0),
        ),
    )
    found = list(find_tradeoffs(report, {}))
    assert [(one.cost, one.measure) for one in found] == [("flops", "Recall@10"), ("flops", RETENTION)]
    recall, kept = ([(point.name, point.cost, point.quality) for point in one.points] for one in found)
    assert recall == [("teacher", 100, 0.9), ("a", 10, 0.8)]
    assert kept == [("teacher", 100, 1.0), ("a", 10, 0.95)]

from __future__ import annotations

import pytest

from codequest.evaluation import Report
from codequest.evaluation.measurements import ReportRow
from codequest.report.agreement import Agreement
from codequest.report.tradeoffs import find_tradeoffs
from codequest.report.verdict import Verdict, reach_verdict

MEASURES = {"nDCG@10": 0.8, "MRR@10": 0.7, "Recall@1": 0.5, "Recall@5": 0.8, "Recall@10": 0.9}


def row(name: str, kind: str, kept: float, low: float, *, ms: float | None, flops: int, size: int) -> ReportRow:
    return ReportRow(
        name=name,
        kind=kind,
        measures=MEASURES,
        retention=kept,
        retention_low=low,
        retention_high=kept + 0.01,
        latency_p50_ms=ms,
        speedup=40 / ms if ms else None,
        flops=flops,
        active_bytes=size,
    )


def verdict(*rows: ReportRow, timed: bool = True, labelled: bool = True) -> Verdict:
    teacher = ReportRow(
        name="test/teacher", kind="teacher", measures=MEASURES if labelled else {}, flops=2_000_000_000,
        active_bytes=340_000_000, latency_p50_ms=40.0 if timed else None,
    )  # fmt: skip
    report = Report(
        dataset="d", queries=9, documents=9, teacher=teacher, encoders=rows, space="s", seed=0, resamples=9,
        confidence=0.95, latency_queries=5 if timed else 0,
    )  # fmt: skip
    agreement = {one.name: Agreement(0.6, 0.5, 0.7, 0.55, 0.9, 0.4) for one in rows}
    return reach_verdict(report, agreement, tuple(find_tradeoffs(report, agreement)))


NF4 = row("nf4", "quantized", 1.0, 0.99, ms=72, flops=2_000_000_000, size=46_000_000)
LORA = row("lora", "lora", 0.97, 0.955, ms=8, flops=260_000_000, size=44_000_000)
STATIC = row("static", "static", 0.8, 0.75, ms=0.1, flops=250_000, size=50_000)


def test_what_is_no_faster_than_the_teacher_is_not_recommended_for_speed():
    assert verdict(STATIC, NF4, LORA).recommendations == (
        "Best quality: nf4, 100.0%.",
        "Fastest: static, at 80.0%.",
        "No faster than the teacher on this machine: nf4.",
        "The fastest that surely keeps 95% of the quality: lora (its interval begins at 95.5%).",
    )


def test_without_an_encoder_that_is_sure_it_is_said():
    assert verdict(STATIC).recommendations == (
        "None that is faster than the teacher surely keeps 90% of its quality: no interval begins there or above.",
    )


def test_without_latency_arithmetic_decides():
    untimed = [row(r.name, r.kind, r.retention, r.retention_low, ms=None, flops=r.flops, size=r.active_bytes)
               for r in (NF4, LORA, STATIC)]  # fmt: skip
    found = verdict(*untimed, timed=False)
    assert found.basis == "flops"
    assert found.recommendations[1] == "Least arithmetic: static, at 80.0%."
    assert found.recommendations[2].startswith("With the least arithmetic, surely keeps 95% of the quality: lora")
    assert "needs 13% of the teacher's arithmetic" in found.encoders[1].sentence


def test_each_encoder_is_described_best_first():
    worse = row("worse", "projection", 0.9, 0.88, ms=9, flops=260_000_000, size=44_000_000)
    nf4, lora, last = verdict(worse, NF4, LORA).encoders
    assert [one.name for one in (nf4, lora, last)] == ["nf4", "lora", "worse"]
    assert nf4.sentence == (
        "keeps 100.0% [99.0%, 101.0%] of the teacher's nDCG@10, answers a query 0.6× as fast as the teacher (72.0 ms) "
        "and reads 46 MB of weights instead of 340 MB. On the Pareto front against arithmetic and weights to read, but "
        "the teacher itself is at least as good with no more latency."
    )
    assert lora.on_front == {"flops": True, "latency": True, "size": True}
    assert lora.sentence.endswith("On the Pareto front of quality against arithmetic, latency and weights to read.")
    assert last.dominated_by == {"flops": "lora", "latency": "lora", "size": "lora"}
    assert last.sentence.endswith(
        "Not on the Pareto front: lora is at least as good with no more arithmetic, latency or weights to read."
    )
    assert (lora.speedup, lora.megabytes) == (5, 44)
    assert lora.less_arithmetic == pytest.approx(2000 / 260)


def test_without_labels_the_overlap_is_the_quality_and_no_level_is_promised():
    bare = ReportRow(name="lora", kind="lora", measures={}, latency_p50_ms=8, speedup=5.0, flops=1, active_bytes=10**6)
    found = verdict(bare, labelled=False)
    assert found.recommendations[0].startswith("This is likeness to the teacher, not quality")
    assert found.recommendations[2:] == ("lora: the teacher's first result is among its ten for 90% of your queries.",)
    assert (found.encoders[0].quality, found.encoders[0].low, found.encoders[0].high) == (0.6, 0.5, 0.7)
    assert found.encoders[0].sentence.startswith("finds 60.0% [50.0%, 70.0%] of the teacher's first ten results")


def test_without_labels_likeness_to_the_teacher_is_praised_and_not_quality():
    rows = [
        ReportRow(name=name, kind="lora", measures={}, latency_p50_ms=ms, speedup=40 / ms, flops=1, active_bytes=10**6)
        for name, ms in (("fast", 4.0), ("slow", 8.0))
    ]
    found = verdict(*rows, labelled=False)
    assert found.recommendations[2:] == (
        "Take fast: none comes closer; the teacher's first result is among its ten for 90% of your queries.",
        "Closest to the teacher: fast, 60.0%.",
        "Fastest: fast, at 60.0%.",
    )
    assert "but fast is at least as close to the teacher with no more latency." in found.encoders[1].sentence

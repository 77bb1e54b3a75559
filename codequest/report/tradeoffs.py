"""Pairs of quality and cost that a report compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from codequest.encoders.kinds import adaptation
from codequest.evaluation import Report
from codequest.evaluation.measurements import ReportRow
from codequest.report.agreement import Agreement
from codequest.report.complexity import Cost, Point, Tradeoff, trade_off
from codequest.report.named_encoders import TEACHER

RETENTION = "retention of nDCG@10"
OVERLAP = "overlap with the teacher's top 10"
RANK_BIASED = "rank-biased overlap with it"

_COSTS: tuple[Cost, ...] = ("flops", "latency", "size")

Quality = tuple[float, float | None, float | None]
"""A quality and both ends of its interval, if it has one."""


def find_tradeoffs(report: Report, agreement: Mapping[str, Agreement]) -> Iterator[Tradeoff]:
    """Two qualities against every cost that is known of an encoder.

    Args:
        report: Costs, and quality with labels.
        agreement: Quality without labels, by name.
    """
    rows = {TEACHER: report.teacher, **{row.name: row for row in report.encoders}}
    qualities = _labelled(rows) if report.teacher.measures else _unlabelled(agreement)
    for cost in _COSTS:
        known = {name: value for name, row in rows.items() if (value := _cost(row, cost))}
        if not set(known) - {TEACHER}:
            continue
        for measure, values in qualities.items():
            points = [Point(name, adaptation(rows[name].kind), value, *values[name]) for name, value in known.items()]
            yield trade_off(cost, measure, points, ceiling=values[TEACHER][0])


def _labelled(rows: Mapping[str, ReportRow]) -> dict[str, dict[str, Quality]]:
    kept: dict[str, Quality] = {TEACHER: (1.0, None, None)}
    for name, row in rows.items():
        if row.retention is not None:
            kept[name] = (row.retention, row.retention_low, row.retention_high)
    return {
        "Recall@10": {name: (row.measures["Recall@10"], None, None) for name, row in rows.items()},
        RETENTION: kept,
    }


def _unlabelled(agreement: Mapping[str, Agreement]) -> dict[str, dict[str, Quality]]:
    teacher: dict[str, Quality] = {TEACHER: (1.0, None, None)}
    return {
        OVERLAP: teacher | {name: (one.overlap, one.overlap_low, one.overlap_high) for name, one in agreement.items()},
        RANK_BIASED: teacher | {name: (one.rank_biased_overlap, None, None) for name, one in agreement.items()},
    }


def _cost(row: ReportRow, cost: Cost) -> float | None:
    """Cost of one query; None when it is unknown, or zero, which a log axis cannot show."""
    values = {"flops": row.flops, "latency": row.latency_p50_ms, "size": row.active_bytes}
    return float(values[cost] or 0) or None

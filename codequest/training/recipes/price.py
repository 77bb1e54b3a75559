"""What a query of an encoder costs, as its card keeps it."""

from __future__ import annotations

from typing import Any

from codequest.evaluation import Report


def price_of_query(report: Report) -> dict[str, Any]:
    """Costs of one query, and those of the teacher."""
    row, teacher = report.encoders[0], report.teacher
    return {
        "p50 ms": _rounded(row.latency_p50_ms),
        "p95 ms": _rounded(row.latency_p95_ms),
        "teacher p50 ms": _rounded(teacher.latency_p50_ms),
        "MFLOP": _rounded(row.flops, 1e6),
        "teacher MFLOP": _rounded(teacher.flops, 1e6),
        "MB read": _rounded(row.active_bytes, 1e6),
        "teacher MB read": _rounded(teacher.active_bytes, 1e6),
        **report.machine,
    }


def _rounded(value: float | None, unit: float = 1) -> float | None:
    return None if value is None else round(value / unit, 3)

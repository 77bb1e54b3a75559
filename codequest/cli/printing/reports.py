"""Tables of evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Group

from codequest.cli.printing.screen import NumberTable
from codequest.texts import counted

if TYPE_CHECKING:
    from codequest.evaluation import Report

_SIDE_BY_SIDE = 4  # encoders
QUALITY = ("encoder", "nDCG@10", "MRR@10", "Recall@10", "retention %", "cosine")
SPEED = ("encoder", "p50 ms", "p95 ms", "speedup", "params M", "active MB", "GFLOP")


def quality_table(report: Report) -> NumberTable:
    """Table of the quality that an encoder keeps of its teacher's."""
    asked = f"{counted(report.queries, 'query')} in {counted(report.documents, 'document')}"
    title = f"{report.dataset}: {asked} of {report.teacher.name}"
    return NumberTable(_named(report), title=title, columns=QUALITY)


def overview_table(measured: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Group:
    """Tables of nDCG@10 that encoders keep of their teacher's on several datasets; one for every few encoders."""
    from codequest.evaluation import retention_table

    rows, names = retention_table(measured), list(measured)
    parts = [names[start : start + _SIDE_BY_SIDE] for start in range(0, len(names), _SIDE_BY_SIDE)]
    title = "Retention of nDCG@10, % with 95% interval"
    return Group(*(NumberTable(rows, title=title, columns=["dataset", *part]) for part in parts))


def speed_table(report: Report) -> NumberTable:
    """Costs of one query."""
    return NumberTable(_named(report), title="One query", columns=SPEED)


def _named(report: Report) -> list[dict[str, str]]:
    """The report's rows with the teacher's long name replaced by its role."""
    teacher, *encoders = report.rows
    return [{**teacher, "encoder": "teacher"}, *encoders]

"""The share that encoders keep of their teacher's quality, dataset by dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codequest.adapters.parts import means_of_parts
from codequest.evaluation.measurements import MISSING, Report, percent

Summaries = Mapping[str, Mapping[str, float]]
"""Measured quality by dataset, as `ReportRow.summary` gives it and the metrics of an adapter hold it."""


def summaries(reports: Sequence[Report]) -> dict[str, Summaries]:
    """The summaries of reports by encoder."""
    found: dict[str, dict[str, Mapping[str, float]]] = {}
    for report in reports:
        for row in report.encoders:
            found.setdefault(row.name, {})[report.dataset] = row.summary()
    return {**found}


def retention_table(measured: Mapping[str, Summaries]) -> list[dict[str, str]]:
    """Retention of nDCG@10 with its interval, as text: a row per dataset, a column per encoder.

    The mean of several parts of one folder, such as languages, has its own row.

    Args:
        measured: By encoder. What has no retention is left out.
    """
    known = {name: {**own, **means_of_parts(own)} for name, own in measured.items()}
    datasets = dict.fromkeys(dataset for own in known.values() for dataset in own if "retention" in own[dataset])
    return [
        {"dataset": dataset, **{name: _cell(own.get(dataset, {})) for name, own in known.items()}}
        for dataset in datasets
    ]


def _cell(values: Mapping[str, float]) -> str:
    if "retention" not in values:
        return MISSING
    kept, low, high = (percent(values[name]) for name in ("retention", "retention_low", "retention_high"))
    return f"{kept} [{low}, {high}]"

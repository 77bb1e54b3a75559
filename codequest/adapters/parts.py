"""Measurements on datasets that are parts of one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

HELD_OUT = ", held out"
"""The end of the name of a dataset that was kept from training."""


def means_of_parts(datasets: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Of several parts of one folder, such as languages, each with the same weight: their mean, if all are known.

    The retention is the ratio of the two means. Its interval is the normal approximation from the parts' intervals.

    Args:
        datasets: Results of `ReportRow.summary`, by the name of the dataset.

    Returns:
        The same of each such folder, by a name that says what it is.
    """
    folders: dict[str, list[Mapping[str, float]]] = {}
    for name, values in datasets.items():
        if "/" in name and not name.endswith(HELD_OUT) and values.get("retention"):
            folders.setdefault(name.split("/")[0], []).append(values)
    return {f"{name}, mean of {len(parts)}": _mean(parts) for name, parts in folders.items() if len(parts) > 1}


def _mean(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    names = [name for name in parts[0] if not name.startswith("retention") and all(name in part for part in parts)]
    mean = {name: round(sum(part[name] for part in parts) / len(parts), 4) for name in names}
    teacher = [part["nDCG@10"] / part["retention"] for part in parts]
    kept = sum(part["nDCG@10"] for part in parts) / sum(teacher)
    spread = [(part["retention_high"] - part["retention_low"]) / 2 for part in parts]
    half = math.hypot(*(s * t for s, t in zip(spread, teacher, strict=True))) / sum(teacher)
    return {**mean, "retention": kept, "retention_low": kept - half, "retention_high": kept + half}

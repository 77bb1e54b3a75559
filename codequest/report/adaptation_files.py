"""The files of a study of adaptations: numbers, a table and the figure."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

from codequest.files import replace_file
from codequest.report.adaptations import AdaptationStudy
from codequest.report.figures.adaptation_chart import draw_adaptations
from codequest.report.figures.draw import rendered
from codequest.report.figures.style import THEMES
from codequest.report.figures.tradeoff_chart import amount

NUMBERS, TABLE = "study.json", "study.md"


def write_study(folder: Path, study: AdaptationStudy) -> Path:
    """Write ``study.json``, ``study.md``, and the figure, whole and over arithmetic alone, for light and dark pages.

    Raises:
        MissingDependencyError: The extra ``report`` is not installed.
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / NUMBERS, (json.dumps(study.to_dict(), indent=2) + "\n").encode())
    replace_file(folder / TABLE, _table(study).encode())
    figures = {"study": study, f"study-{study.tradeoffs[0].cost}": replace(study, tradeoffs=study.tradeoffs[:1])}
    for (name, shown), theme in itertools.product(figures.items(), THEMES):
        image = rendered(name, partial(draw_adaptations, shown), theme)
        replace_file(folder / f"{name}-{theme.name}.png", image.png)
        replace_file(folder / f"{name}-{theme.name}.svg", image.svg)
    return folder


def _table(study: AdaptationStudy) -> str:
    """A row per encoder, the best of each adaptation first."""
    costs = [one.cost for one in study.tradeoffs]
    lines = [
        f"| adaptation | encoder | retention, mean of {len(study.datasets)} sets | {' | '.join(costs)} |",
        f"|---|---|---:|{'---:|' * len(costs)}",
    ]
    by_cost = [{point.name: point for point in one.points} for one in study.tradeoffs]
    for point in sorted(by_cost[0].values(), key=lambda point: (point.adaptation, -point.quality)):
        paid = " | ".join(amount(found[point.name].cost, cost) for found, cost in zip(by_cost, costs, strict=True))
        ends = "" if point.low is None or point.high is None else f" [{100 * point.low:.1f}, {100 * point.high:.1f}]"
        lines.append(f"| {point.adaptation} | `{point.name}` | {100 * point.quality:.1f}%{ends} | {paid} |")
    return "\n".join(lines) + "\n"

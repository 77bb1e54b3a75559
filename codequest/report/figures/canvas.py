"""A figure made without pyplot, which would keep global state."""

from __future__ import annotations

from typing import Any

from codequest.errors import require
from codequest.report.figures.style import WIDTH


def new_figure(rows: int, columns: int, *, height: float, **shared: bool) -> tuple[Any, Any]:
    """A figure as wide as the page, and its axes, (rows, columns).

    Args:
        rows: Panels above each other.
        columns: Panels next to each other.
        height: In inches.
        shared: Which axes the panels share.
    """
    module = require("matplotlib.figure", extra="report")
    backend = require("matplotlib.backends.backend_agg", extra="report")
    figure = module.Figure(figsize=(WIDTH, height), layout="constrained")
    backend.FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, **shared)

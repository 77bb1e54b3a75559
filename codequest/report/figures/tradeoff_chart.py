"""The chart of quality against cost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from codequest.encoders.kinds import Adaptation
from codequest.errors import require
from codequest.report.complexity import Cost, Fit, Point, Tradeoff
from codequest.report.figures.canvas import new_figure
from codequest.report.figures.labels import label_points
from codequest.report.figures.style import MARKERS, SIZES, Theme
from codequest.report.named_encoders import TEACHER

_MOST_IN_A_ROW = 5  # names; with more of them a panel takes the whole width

COST_LABELS: dict[Cost, str] = {
    "flops": "floating-point operations of one query (log)",
    "latency": "median time of one query (log)",
    "size": "bytes of weights that one query reads (log)",
}
_UNITS: dict[Cost, Sequence[tuple[float, str]]] = {
    "flops": ((1e12, "TFLOP"), (1e9, "GFLOP"), (1e6, "MFLOP"), (1e3, "kFLOP"), (1, "FLOP")),
    "latency": ((1e3, "s"), (1, "ms"), (1e-3, "µs")),
    "size": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")),
}


def draw_tradeoffs(tradeoffs: Sequence[Tradeoff], theme: Theme) -> Any:
    """One panel per quality, all against the same cost; above each other where there are many names to write."""
    in_a_row = len(tradeoffs[0].points) <= _MOST_IN_A_ROW
    shape = (1, len(tradeoffs)) if in_a_row else (len(tradeoffs), 1)
    figure, panels = new_figure(*shape, height=4.3 if in_a_row else 0.5 + 3.6 * len(tradeoffs))
    for axes, one in zip(panels.flat, tradeoffs, strict=True):
        draw_panel(axes, one, theme)
    draw_legend(figure, tradeoffs[0], theme)
    for axes, one in zip(panels.flat, tradeoffs, strict=True):
        label_panel(axes, one, theme, names=[point.name for point in one.points])
    return figure


def label_panel(axes: Any, one: Tradeoff, theme: Theme, *, names: Collection[str]) -> None:
    """Write names next to their points; the layout of the figure must be final."""
    lines = [*(_ends(fit) for fit in one.fits), *(_whisker(point) for point in one.points)]
    points = [(point.cost, point.quality, point.name) for point in one.points if point.name in names]
    label_points(axes, points, theme, lines=lines)


def amount(value: float, cost: Cost) -> str:
    """A cost with its unit, such as ``"2 GFLOP"``."""
    scale, unit = next((pair for pair in _UNITS[cost] if value >= pair[0] * 0.9995), _UNITS[cost][-1])
    return f"{value / scale:.3g} {unit}"


def draw_panel(
    axes: Any, one: Tradeoff, theme: Theme, *, words: Callable[[Fit], str] | None = None, fontsize: float = 8
) -> None:
    """One quality against one cost, without names.

    Args:
        axes: Matplotlib axes.
        one: What to draw.
        theme: Colors of the page.
        words: What the legend says of a line; its slope and R² by default.
        fontsize: Of the legend.
    """
    axes.set_title(one.measure)
    axes.set_xscale("log")
    axes.set_xlabel(COST_LABELS[one.cost])
    axes.axhline(one.ceiling, color=theme.muted, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
    front = [point for name in one.front for point in one.points if point.name == name]
    costs, qualities = [point.cost for point in front], [point.quality for point in front]
    axes.plot(costs, qualities, drawstyle="steps-post", **_band(theme))
    drawn = [_line(axes, fit, theme, (words or _words)(fit)) for fit in one.fits]
    for point in one.points:
        _mark(axes, point, theme)
    _limits(axes, one)
    _cost_ticks(axes, one.cost)
    if drawn:
        axes.legend(
            handles=drawn, fontsize=fontsize, labelcolor=theme.muted, loc="lower right", handlelength=1.8,
            borderaxespad=0.3, labelspacing=0.3,
        )  # fmt: skip


def _band(theme: Theme) -> dict[str, Any]:
    """Style of the Pareto front."""
    ends = {"solid_joinstyle": "round", "solid_capstyle": "round"}
    return {"color": theme.grid, "linewidth": 7, "zorder": 1.5, **ends}


def draw_legend(figure: Any, one: Tradeoff, theme: Theme) -> None:
    """The adaptations and the front, once for all panels."""
    lines = require("matplotlib.lines", extra="report")
    handles = [
        lines.Line2D([], [], linestyle="none", label=kind, **_marker(kind, theme))
        for kind in MARKERS
        if any(point.adaptation == kind for point in one.points)
    ]
    band = {**_band(theme), "solid_capstyle": "butt"}  # round ends would reach to the words
    handles.append(lines.Line2D([], [], label="Pareto front", **band))
    figure.legend(
        handles=handles, loc="outside lower center", ncols=len(handles), fontsize=8.5, labelcolor=theme.muted,
        handletextpad=0.5, columnspacing=1.6,
    )  # fmt: skip


def _marker(kind: Adaptation, theme: Theme) -> dict[str, Any]:
    edge = {"markeredgecolor": theme.page, "markeredgewidth": 0.8}
    return {"marker": MARKERS[kind], "markersize": SIZES[kind], "color": theme.colors[kind], **edge}


def _mark(axes: Any, point: Point, theme: Theme) -> None:
    if point.low is not None and point.high is not None:
        axes.vlines(point.cost, point.low, point.high, color=theme.colors[point.adaptation], linewidth=1.4, zorder=3)
    rank = 5 if point.name == TEACHER else 4
    axes.plot([point.cost], [point.quality], linestyle="none", zorder=rank, **_marker(point.adaptation, theme))


def _whisker(point: Point) -> list[tuple[float, float]]:
    ends = (point.quality if end is None else end for end in (point.low, point.high))
    return [(point.cost, end) for end in ends]


def _words(fit: Fit) -> str:
    return f"{fit.group}: {points_said(fit.slope)} points per 10×, {squared_said(fit)}"


def points_said(slope: float) -> str:
    """A slope in percentage points, with its sign."""
    return f"{round(100 * slope, 1) + 0:+.1f}".replace("-", "−")  # + 0 makes −0 a 0


def _line(axes: Any, fit: Fit, theme: Theme, words: str) -> Any:
    overall = fit.group not in theme.colors
    [line] = axes.plot(
        *zip(*_ends(fit), strict=True),
        color=theme.muted if overall else dict(theme.colors)[fit.group],  # type: ignore[index]
        linestyle=(0, (5, 3)) if overall else "-",
        linewidth=1.2,
        zorder=2,
        label=words,
    )
    return line


def _ends(fit: Fit) -> list[tuple[float, float]]:
    return [(cost, fit.intercept + fit.slope * float(np.log10(cost))) for cost in (fit.low, fit.high)]


def squared_said(fit: Fit) -> str:
    """R² of a fit, with two decimals, or that there is none."""
    if fit.points == 2:
        return "no R² of two points"
    return "R² undefined" if fit.r_squared is None else f"R² {fit.r_squared:.2f}"


def _limits(axes: Any, one: Tradeoff) -> None:
    costs = [point.cost for point in one.points]
    heights = [
        one.ceiling,
        *(value for point in one.points for value in (point.low, point.quality, point.high) if value is not None),
    ]
    decades = np.log10(max(costs) / min(costs))
    room = max(0.3, 0.22 * float(decades))
    axes.set_xlim(min(costs) / 10**room, max(costs) * 10**room)
    span = max(max(heights) - min(heights), 0.02)
    below = 0.16 + 0.07 * len(one.fits)  # room for the legend of the lines
    axes.set_ylim(min(heights) - below * span, max(heights) + 0.16 * span)
    _percent_ticks(axes)


def _percent_ticks(axes: Any) -> None:
    """Round percentages, with as many decimals as their steps need."""
    axes.yaxis.set_major_locator(require("matplotlib.ticker", extra="report").MaxNLocator(6, steps=[1, 2, 5, 10]))
    ticks = axes.get_yticks()
    decimals = max(0, -int(np.floor(np.log10(ticks[1] - ticks[0]) + 1e-9)) - 2)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.{decimals}%}")


def _cost_ticks(axes: Any, cost: Cost) -> None:
    """Few round numbers with their unit: 1, 2 and 5 of every decade within the limits, or only 1 of wide ranges."""
    low, high = axes.get_xlim()
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [step * 10.0**decade for decade in decades for step in steps if low <= step * 10.0**decade <= high]
        if len(ticks) <= 5:
            break
    else:
        ticks = ticks[:: -(-len(ticks) // 5)]
    axes.set_xticks(ticks, [amount(tick, cost) for tick in ticks])
    axes.set_xticks([], minor=True)

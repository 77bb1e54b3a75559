"""Names next to points, where they hide neither each other nor what is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from codequest.errors import require
from codequest.report.figures.style import Theme

_GAP = 7.0  # points between the middle of a marker and its label
_PLACES: tuple[tuple[float, float, str, str], ...] = (
    (_GAP, 0, "left", "center"),
    (-_GAP, 0, "right", "center"),
    (0, _GAP, "center", "bottom"),
    (0, -_GAP, "center", "top"),
    *(
        (side * 5, rise, "left" if side > 0 else "right", "bottom" if rise > 0 else "top")
        for distance in (5, 14, 24, 36, 50)
        for rise in (distance, -distance)
        for side in (1, -1)
    ),
)
_OUTSIDE = 8.0  # how much worse a label outside the axes is than one over another label
_FAR = 12.0  # points; from there on a line leads to the label
_ROW = 11.0  # points from one label of a column to the next
_COLUMN = 20.0  # points between a curve and its name
_MOST_ROOM = 0.6  # of the axis for names
_PIECES = 60

Box = tuple[float, float, float, float]
Line = Sequence[tuple[float, float]]


def label_points(
    axes: Any, points: Sequence[tuple[float, float, str]], theme: Theme, *, lines: Iterable[Line] = ()
) -> None:
    """Write each name at the first place around its point where it covers nothing.

    Limits and scales of the axes must be final.

    Args:
        axes: Matplotlib axes.
        points: x and y in data units, and the name.
        theme: Colors of the page.
        lines: Other lines that are drawn, as corners in data units.
    """
    figure = axes.figure
    figure.draw_without_rendering()
    renderer, scale = figure.canvas.get_renderer(), figure.dpi / 72
    taken = [_around(axes.transData.transform((x, y)), 5 * scale) for x, y, _ in points]
    taken += [box for line in lines for box in _along(axes.transData.transform(line), 1.5 * scale)]
    frame = axes.get_window_extent(renderer)
    inside = (frame.x0, frame.y0, frame.x1 + 4 * scale, frame.y1 + 4 * scale)
    for x, y, name in sorted(points, key=lambda point: (-point[1], point[0])):
        written = annotate(axes, name, (x, y), theme)
        costs = []
        for rank, place in enumerate(_PLACES):
            box = _placed(written, place, renderer)
            costs.append((sum(_shared(box, other) for other in taken) + _OUTSIDE * _beyond(box, inside), rank))
        best = _PLACES[min(costs)[1]]
        taken.append(_placed(written, best, renderer))
        if abs(best[1]) > _FAR:
            _lead(axes, (x, y), best[:2], theme)


def label_column(axes: Any, points: Sequence[tuple[float, float, str]], theme: Theme) -> None:
    """Write the names in a column left of the first points of curves, spread so that none covers another.

    The log axis is extended to the left until the names have room.

    Args:
        axes: Matplotlib axes; x is logarithmic, y has its final limits.
        points: x and y in data units, and the name; the same x for all.
        theme: Colors of the page.
    """
    figure = axes.figure
    figure.draw_without_rendering()
    renderer, scale = figure.canvas.get_renderer(), figure.dpi / 72
    placed = sorted(points, key=lambda point: point[1])
    heights = [float(axes.transData.transform((x, y))[1]) / scale for x, y, _ in placed]
    widths = []
    for (x, y, name), height, spread in zip(placed, heights, _spread(heights), strict=True):
        place = (-_COLUMN, spread - height)
        written = annotate(axes, name, (x, y), theme, place=place, ha="right", va="center")
        widths.append(float(written.get_window_extent(renderer).width))
        _lead(axes, (x, y), (2 - _COLUMN, place[1]), theme)
    whole = float(axes.get_window_extent(renderer).width)
    room = min((max(widths) + (_COLUMN + 4) * scale) / whole, _MOST_ROOM)
    first, last = placed[0][0], axes.get_xlim()[1]
    axes.set_xlim(first / (last / first) ** (room / (1 - room)), last)


def annotate(
    axes: Any,
    text: str,
    point: tuple[float, float],
    theme: Theme,
    *,
    place: tuple[float, float] = (0.0, 0.0),
    ha: str = "left",
    va: str = "center",
) -> Any:
    """Text next to a point, with a halo of the page's color that keeps it readable over lines.

    Args:
        axes: Matplotlib axes.
        text: What to write.
        point: x and y in data units.
        theme: Colors of the page.
        place: Place of the text, in points right of and above the point.
        ha: Side of the text that is there: ``"left"``, ``"center"`` or ``"right"``.
        va: Height of the text that is there: ``"top"``, ``"center"`` or ``"bottom"``.
    """
    effects = require("matplotlib.patheffects", extra="report")
    written = axes.annotate(
        text, point, xytext=place, textcoords="offset points", ha=ha, va=va, fontsize=8.5, color=theme.ink, zorder=6
    )
    written.set_path_effects([effects.withStroke(linewidth=2.2, foreground=theme.page)])
    written.set_in_layout(False)
    return written


def _lead(axes: Any, point: tuple[float, float], place: tuple[float, float], theme: Theme) -> None:
    """A thin line from the point to its label."""
    line = {"arrowstyle": "-", "color": theme.muted, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 4}
    axes.annotate("", point, xytext=place, textcoords="offset points", arrowprops=line).set_in_layout(False)


def _spread(heights: Sequence[float]) -> list[float]:
    """Rising heights moved apart to a row each, as a block around where they were."""
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _start(groups[-1]) < _start(groups[-2]) + _ROW * len(groups[-2]):
            last = groups.pop()
            groups[-1] += last
    return [_start(group) + _ROW * rank for group in groups for rank in range(len(group))]


def _start(group: Sequence[float]) -> float:
    return sum(group) / len(group) - _ROW * (len(group) - 1) / 2


def _placed(written: Any, place: tuple[float, float, str, str], renderer: Any) -> Box:
    right, up, horizontal, vertical = place
    written.set_position((right, up))
    written.set_horizontalalignment(horizontal)
    written.set_verticalalignment(vertical)
    extent = written.get_window_extent(renderer)
    return float(extent.x0), float(extent.y0), float(extent.x1), float(extent.y1)


def _around(center: Sequence[float], reach: float) -> Box:
    x, y = float(center[0]), float(center[1])
    return x - reach, y - reach, x + reach, y + reach


def _along(corners: Any, reach: float) -> list[Box]:
    """Small boxes along a line, in pixels."""
    steps = np.linspace(0, len(corners) - 1, _PIECES)
    known = np.arange(len(corners))
    places = np.stack([np.interp(steps, known, corners[:, axis]) for axis in (0, 1)], axis=1)
    return [_around(place, reach) for place in places]


def _shared(first: Box, second: Box) -> float:
    """Area that both boxes cover, in square pixels."""
    wide = min(first[2], second[2]) - max(first[0], second[0])
    high = min(first[3], second[3]) - max(first[1], second[1])
    return max(0.0, wide) * max(0.0, high)


def _beyond(box: Box, frame: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1]) - _shared(box, frame)

"""Quality against what a query costs: log-linear fits and the Pareto front."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from codequest.encoders.kinds import Adaptation
from codequest.report.named_encoders import TEACHER

Cost = Literal["flops", "latency", "size"]
"""Floating-point operations, median milliseconds, or bytes of weights read, all of one query."""

_ALL = "all encoders"
_FEWEST_FOR_R_SQUARED = 3
_WIDEST_NOISE = 1.2  # a fit over costs that differ by less would be one of the noise of a measurement


@dataclass(frozen=True, slots=True)
class Point:
    """An encoder, or the teacher, in the plane of cost and quality.

    Attributes:
        name: Its name.
        adaptation: How it comes from the teacher.
        cost: Cost of one query, in the unit of its axis; above 0.
        quality: 0 to 1, or more where the teacher's own is 1.
        low: Lower end of the interval of the quality, if there is one.
        high: Upper end of it.
    """

    name: str
    adaptation: Adaptation
    cost: float
    quality: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """quality = intercept + slope · log10(cost), by least squares.

    Attributes:
        group: An adaptation, or ``"all encoders"``.
        points: How many encoders it was fitted to.
        intercept: Quality at a cost of 1.
        slope: Quality gained for ten times the cost.
        r_squared: Share of the variance that it explains; None of two points, through which every line goes, and of
            qualities that are all equal.
        low: Lowest cost among the points.
        high: Highest cost among the points.
    """

    group: str
    points: int
    intercept: float
    slope: float
    r_squared: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """One quality against one cost.

    Attributes:
        cost: Cost on the horizontal axis.
        measure: Quality on the vertical axis.
        points: The teacher, where its cost is known, and the encoders.
        ceiling: The teacher's quality.
        fits: Over the encoders of every adaptation and over all of them; the teacher is left out.
        front: Names on the Pareto front, cheapest first; the teacher takes part.
    """

    cost: Cost
    measure: str
    points: tuple[Point, ...]
    ceiling: float
    fits: tuple[Fit, ...]
    front: tuple[str, ...]

    def dominated_by(self, name: str) -> str | None:
        """The best encoder that is at least as good and as cheap as this one, and better in quality or in cost."""
        this = next((point for point in self.points if point.name == name), None)
        better = [point for point in self.points if this is not None and _dominates(point, this)]
        return max(better, key=lambda point: (point.quality, -point.cost)).name if better else None


def trade_off(cost: Cost, measure: str, points: Iterable[Point], *, ceiling: float) -> Tradeoff:
    """Points, fits and front of one quality against one cost."""
    placed = tuple(points)
    encoders = [point for point in placed if point.name != TEACHER]
    groups: Mapping[str, list[Point]] = {
        **{kind: [point for point in encoders if point.adaptation == kind] for kind in _kinds(encoders)},
        _ALL: encoders,
    }
    fits = (fit_line(group, members) for group, members in groups.items())
    return Tradeoff(
        cost, measure, placed, ceiling, tuple(fit for fit in fits if fit is not None), tuple(pareto_front(placed))
    )


def fit_line(group: str, points: Sequence[Point]) -> Fit | None:
    """The least-squares line over log10 of the cost; None unless the costs differ by a fifth."""
    costs = np.log10([point.cost for point in points])
    qualities = np.array([point.quality for point in points])
    if len(points) < 2 or np.ptp(costs) < np.log10(_WIDEST_NOISE):
        return None
    slope, intercept = np.polyfit(costs, qualities, 1)
    residual = float(((qualities - intercept - slope * costs) ** 2).sum())
    total = float(((qualities - qualities.mean()) ** 2).sum())
    explained = 1 - residual / total if len(points) >= _FEWEST_FOR_R_SQUARED and total > 0 else None
    low, high = float(10 ** costs.min()), float(10 ** costs.max())
    return Fit(group, len(points), float(intercept), float(slope), explained, low, high)


def pareto_front(points: Sequence[Point]) -> list[str]:
    """Names of the points that no other one beats in both cost and quality, cheapest first."""
    front = [point for point in points if not any(_dominates(other, point) for other in points)]
    return [point.name for point in sorted(front, key=lambda point: (point.cost, point.name))]


def _dominates(other: Point, point: Point) -> bool:
    as_good = other.cost <= point.cost and other.quality >= point.quality
    return as_good and (other.cost < point.cost or other.quality > point.quality)


def _kinds(points: Iterable[Point]) -> list[Adaptation]:
    return list(dict.fromkeys(point.adaptation for point in points))

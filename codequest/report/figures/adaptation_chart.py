"""The chart of many encoders of each adaptation: quality over arithmetic and over time."""

from __future__ import annotations

from functools import partial
from typing import Any

from codequest.report.adaptations import AdaptationStudy
from codequest.report.complexity import Fit, Tradeoff
from codequest.report.figures.canvas import new_figure
from codequest.report.figures.style import Theme
from codequest.report.figures.tradeoff_chart import draw_legend, draw_panel, label_panel, points_said, squared_said

_HEIGHT = 4.6  # inches of a panel


def draw_adaptations(study: AdaptationStudy, theme: Theme) -> Any:
    """One panel per cost above the other; named are the encoders of the Pareto front."""
    figure, panels = new_figure(len(study.tradeoffs), 1, height=_HEIGHT * len(study.tradeoffs))
    placed = [*zip(panels.flat, study.tradeoffs, strict=True)]
    for axes, one in placed:
        draw_panel(axes, one, theme, words=partial(_words, study, one), fontsize=7.5)
    draw_legend(figure, study.tradeoffs[0], theme)
    for axes, one in placed:
        label_panel(axes, one, theme, names=one.front)
    return figure


def _words(study: AdaptationStudy, one: Tradeoff, fit: Fit) -> str:
    slope = next(slope for slope in study.slopes[one.cost] if slope.fit.group == fit.group)
    ends = f"[{points_said(slope.low)}, {points_said(slope.high)}]"
    return f"{fit.group}: {points_said(fit.slope)} {ends} points per 10×, {squared_said(fit)}, {fit.points} encoders"

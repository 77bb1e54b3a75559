"""Every figure of a report as PNG and SVG, for light and for dark pages."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from codequest.errors import require
from codequest.progress import Progress, silent
from codequest.report.complexity import Tradeoff
from codequest.report.figures.charts import draw_hnsw, draw_hubness, draw_layout, draw_likeness
from codequest.report.figures.style import THEMES, Theme, ThemeName, settings
from codequest.report.figures.tradeoff_chart import draw_tradeoffs
from codequest.report.study import Study

_DOTS_PER_INCH = 200

FIGURES = ("flops", "latency", "size", "map", "cosine", "hubness", "hnsw")
"""Every figure that a report may have, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Image:
    """One figure for one kind of page.

    Attributes:
        name: Name of the figure.
        theme: Theme of the page.
        png: For the page.
        svg: For print.
    """

    name: str
    theme: ThemeName
    png: bytes
    svg: bytes


def draw_figures(study: Study, *, progress: Progress = silent) -> list[Image]:
    """Draw every figure that the study has numbers for.

    Raises:
        MissingDependencyError: ``matplotlib`` is not installed.
    """
    drawings = dict(_drawings(study))
    images = []
    for name, draw in drawings.items():
        for theme in THEMES:
            images.append(rendered(name, draw, theme))
            progress("drawing figures", len(images), len(drawings) * len(THEMES))
    return images


def _drawings(study: Study) -> Iterator[tuple[str, Callable[[Theme], Any]]]:
    for cost in dict.fromkeys(one.cost for one in study.tradeoffs):
        yield cost, _tradeoff_drawing([one for one in study.tradeoffs if one.cost == cost])
    yield "map", lambda theme: draw_layout(study, theme)
    yield "cosine", lambda theme: draw_likeness(study, theme)
    yield "hubness", lambda theme: draw_hubness(study, theme)
    yield "hnsw", lambda theme: draw_hnsw(study, theme)


def _tradeoff_drawing(tradeoffs: list[Tradeoff]) -> Callable[[Theme], Any]:
    return lambda theme: draw_tradeoffs(tradeoffs, theme)


def rendered(name: str, draw: Callable[[Theme], Any], theme: Theme) -> Image:
    """A figure as PNG and SVG for one kind of page."""
    matplotlib = require("matplotlib", extra="report")
    with matplotlib.rc_context(settings(theme)):
        figure = draw(theme)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # the labels were placed in this layout, and another pass takes long
        png, svg = io.BytesIO(), io.BytesIO()
        figure.savefig(png, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return Image(name, theme.name, png.getvalue(), svg.getvalue())

"""Colors, markers and type of the figures, on light and on dark pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from codequest.encoders.kinds import Adaptation

ThemeName = Literal["light", "dark"]

WIDTH = 8.4
"""Inches; with ten-point type this is the column of a README at its natural size."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colors on one kind of page; the figures themselves are transparent.

    Attributes:
        name: Light or dark page.
        ink: Text and the teacher.
        muted: Axes and remarks.
        grid: Grid lines.
        documents: Document points.
        page: The page under the figure, for the halo of text and markers.
        colors: Color of each adaptation.
    """

    name: ThemeName
    ink: str
    muted: str
    grid: str
    documents: str
    page: str
    colors: Mapping[Adaptation, str]


# Okabe and Ito's palette for every kind of color vision; on dark pages its blue and green are lightened.
THEMES: tuple[Theme, ...] = (
    Theme(
        name="light",
        ink="#1f2328",
        muted="#59636e",
        grid="#dfe3e8",
        documents="#c3cad2",
        page="#ffffff",
        colors={
            "teacher": "#1f2328",
            "compact": "#0072b2",
            "external": "#e08a00",
            "internal": "#009e73",
            "static": "#c0568f",
            "other": "#7a5c3e",
        },
    ),
    Theme(
        name="dark",
        ink="#f0f3f6",
        muted="#9ba5b0",
        grid="#30363d",
        documents="#4a525c",
        page="#0d1117",
        colors={
            "teacher": "#f0f3f6",
            "compact": "#56b4e9",
            "external": "#f0a830",
            "internal": "#2ec49a",
            "static": "#e08fbd",
            "other": "#c9a27a",
        },
    ),
)

MARKERS: Mapping[Adaptation, str] = {
    "teacher": "*",
    "compact": "s",
    "external": "D",
    "internal": "o",
    "static": "^",
    "other": "P",
}
"""A second mark of the adaptation, besides its color."""

SIZES: Mapping[Adaptation, float] = {
    "teacher": 12,
    "compact": 7,
    "external": 6.5,
    "internal": 8,
    "static": 8,
    "other": 8,
}
"""Points; shapes of equal weight to the eye."""


def settings(theme: Theme) -> dict[str, Any]:
    """Matplotlib settings: no frame, a faint grid, transparent ground, the same file for the same figure."""
    return {
        "axes.axisbelow": True,
        "axes.edgecolor": theme.grid,
        "axes.facecolor": "none",
        "axes.grid": True,
        "axes.labelcolor": theme.muted,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlecolor": theme.ink,
        "axes.titlelocation": "left",
        "axes.titlesize": 10.5,
        "figure.facecolor": "none",
        "font.family": "DejaVu Sans",
        "font.size": 9.5,
        "grid.color": theme.grid,
        "grid.linewidth": 0.7,
        "legend.frameon": False,
        "lines.linewidth": 1.6,
        "savefig.facecolor": "none",
        "savefig.transparent": True,
        "svg.hashsalt": "codequest",
        "text.color": theme.ink,
        "xtick.color": theme.muted,
        "xtick.minor.size": 0,
        "xtick.major.size": 0,
        "ytick.color": theme.muted,
        "ytick.major.size": 0,
    }

"""Every figure is rendered for both themes, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from codequest.report.figures import draw
from codequest.report.figures.canvas import new_figure
from codequest.report.figures.draw import FIGURES, Image, draw_figures
from codequest.report.figures.style import THEMES, WIDTH

DRAWN = [(name, theme.name) for name in FIGURES for theme in THEMES]


@pytest.fixture(scope="module")
def blank() -> Iterator[None]:
    """Every chart is its title: what they show is tested where they are drawn."""

    def titled(title: str) -> Any:
        def chart(_: Any, theme: Any) -> Any:
            figure, panels = new_figure(1, 1, height=0.7)
            panels[0][0].set_title(title)
            return figure

        return chart

    with pytest.MonkeyPatch.context() as patch:
        for name in ("tradeoffs", "layout", "likeness", "hubness", "hnsw"):
            patch.setattr(draw, f"draw_{name}", titled(name))
        yield


@pytest.fixture(scope="module")
def drawn(built, blank) -> tuple[list[Image], list[tuple[str, int, int]]]:
    """The images, and what was reported while they were drawn."""
    reports: list[tuple[str, int, int]] = []
    return draw_figures(built[0], progress=lambda *report: reports.append(report)), reports


def test_every_figure_comes_in_the_order_of_the_page_for_both_themes(drawn) -> None:
    images, reports = drawn
    assert [(image.name, image.theme) for image in images] == DRAWN
    assert reports == [("drawing figures", done, len(DRAWN)) for done in range(1, len(DRAWN) + 1)]


def test_text_has_the_ink_of_its_theme_on_a_transparent_ground(drawn) -> None:
    for image, theme in zip(drawn[0][:2], THEMES, strict=True):
        pixels = imread(io.BytesIO(image.png))  # (height, width, 4)
        assert pixels.shape[1] == WIDTH * 200
        assert pixels[0, 0, 3] == 0
        ink = [int(theme.ink[at : at + 2], 16) for at in (1, 3, 5)]
        opaque = np.round(pixels[pixels[..., 3] == 1][:, :3] * 255).astype(int)
        assert (opaque == ink).all(axis=1).any()
        assert theme.ink in image.svg.decode()


def test_without_tradeoffs_the_rest_is_drawn_the_same_bytes_every_time(built, drawn) -> None:
    again = draw_figures(replace(built[0], tradeoffs=()))
    assert again == [image for image in drawn[0] if image.name in ("map", "cosine", "hubness", "hnsw")]
    assert not any(b"<dc:date>" in image.svg or b"Matplotlib" in image.png for image in again)

from __future__ import annotations

import pytest

from codequest.report.figures.draw import Image


@pytest.fixture(scope="module")
def images(built) -> list[Image]:
    """The figures as they were drawn."""
    files = sorted((built[1] / "figures").glob("*.png"))
    names = [(*file.stem.split("-"), file) for file in files]
    return [Image(name, theme, file.read_bytes(), file.with_suffix(".svg").read_bytes()) for name, theme, file in names]


@pytest.fixture(scope="module")
def page(built) -> str:
    return (built[1] / "index.html").read_text(encoding="utf-8")

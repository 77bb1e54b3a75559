"""The page has the colors of its figures."""

import re

import pytest

from codequest.report.figures.style import THEMES, Theme
from codequest.report.page.stylesheet import STYLESHEET


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_adaptation_has_the_color_of_its_marker(theme: Theme) -> None:
    light, dark = STYLESHEET.split("@media (prefers-color-scheme: dark)")
    colors = dict(re.findall(r"--(\w+): (#\w+)", light if theme.name == "light" else dark.split("} }")[0]))
    assert {name: colors[name] for name in theme.colors} == dict(theme.colors)
    assert colors["ink"] == theme.ink

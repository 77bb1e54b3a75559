"""Colors and markers tell adaptations apart."""

import pytest

from codequest.report.figures.style import MARKERS, SIZES, THEMES, Theme, settings


def luminance(color: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_can_be_read_and_markers_seen(theme: Theme) -> None:
    assert contrast(theme.ink, theme.page) > 7
    assert contrast(theme.muted, theme.page) > 4.5
    assert min(contrast(color, theme.page) for color in theme.colors.values()) > 2.4
    assert settings(theme)["text.color"] == theme.ink


def test_every_adaptation_has_a_color_and_a_marker_of_its_own() -> None:
    assert len(set(MARKERS.values())) == len(MARKERS)
    for theme in THEMES:
        assert set(theme.colors) == set(MARKERS) == set(SIZES)
        assert len(set(theme.colors.values())) == len(MARKERS)

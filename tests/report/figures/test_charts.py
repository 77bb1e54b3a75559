"""What the charts show are the numbers of the study, in the colors of their encoders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

from codequest.report import Study
from codequest.report.figures.charts import adaptations, draw_hnsw, draw_hubness, draw_layout, draw_likeness
from codequest.report.figures.style import THEMES

LIGHT = THEMES[0]


@pytest.fixture
def study(built) -> Study:
    """The weak encoder as one of LoRA, the perfect one as a static one."""
    rows = zip(built[0].report.encoders, ("lora", "static"), strict=True)
    report = replace(built[0].report, encoders=tuple(replace(row, kind=kind) for row, kind in rows))
    return replace(built[0], report=report)


def dots(axes) -> list[tuple[float, float, str]]:
    """Place and color of every single marker."""
    lines = [line for line in axes.lines if len(line.get_xdata()) == 1]
    return [(float(line.get_xdata()[0]), float(line.get_ydata()[0]), to_hex(line.get_color())) for line in lines]


def written(axes) -> list[str]:
    return [text.get_text() for text in axes.texts if text.get_text()]


def test_the_teacher_comes_first_and_every_encoder_has_its_adaptation(study: Study) -> None:
    assert list(adaptations(study).items()) == [("teacher", "teacher"), ("weak", "internal"), ("perfect", "static")]


def test_the_map_has_a_panel_for_every_encoder_with_a_line_between_both_vectors_of_a_query(study: Study) -> None:
    figure = draw_layout(study, LIGHT)
    assert [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes] == ["weak\n", "perfect\n"]
    for axes, name, color in zip(figure.axes, ("weak", "perfect"), ("internal", "static"), strict=True):
        documents, queries, teacher = (points.get_offsets() for points in axes.collections)
        np.testing.assert_allclose(documents, study.layout.document_points)
        np.testing.assert_allclose(queries, study.layout.query_points[name])
        np.testing.assert_allclose(teacher, study.layout.query_points["teacher"])
        [line] = axes.lines
        ends = np.stack(line.get_data(), axis=1).reshape(-1, 3, 2)  # from, to, gap
        np.testing.assert_allclose(ends[:, 0], teacher)
        np.testing.assert_allclose(ends[:, 1], queries)
        assert np.isnan(ends[:, 2]).all()
        assert to_hex(line.get_color()) == LIGHT.colors[color]
        assert written(axes) == [f"median cosine {study.likeness[name].percentiles['50']:.2f}"]


@pytest.mark.parametrize(("encoders", "grid"), [(1, (1, 1)), (3, (1, 3)), (4, (2, 2)), (5, (2, 3))])
def test_panels_stand_in_rows_of_three_and_four_in_a_square(study: Study, encoders: int, grid: tuple[int, int]) -> None:
    names = [f"encoder {number}" for number in range(encoders)]
    report = replace(study.report, encoders=tuple(replace(study.report.encoders[0], name=name) for name in names))
    points = {**study.layout.query_points, **dict.fromkeys(names, study.layout.query_points["weak"])}
    many = replace(
        study,
        report=report,
        layout=replace(study.layout, query_points=points),
        likeness=dict.fromkeys(names, study.likeness["weak"]),
    )
    figure = draw_layout(many, LIGHT)
    assert len(figure.axes) == encoders
    assert figure.axes[0].get_gridspec().get_geometry() == grid


def test_ridges_are_ordered_by_their_median_the_nearest_encoder_on_top(study: Study) -> None:
    [axes] = draw_likeness(study, LIGHT).axes
    medians = {name: one.percentiles["50"] for name, one in study.likeness.items()}
    assert medians["perfect"] > medians["weak"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["weak", "perfect"]  # from below
    assert written(axes) == [
        f"{median:.3f}" if median > 0.985 else f"{median:.2f}" for median in (medians["perfect"], medians["weak"])
    ]
    low, high = axes.get_xlim()
    assert high == 1
    assert low == min(0.9, *(one.cosines[0] for one in study.likeness.values()))


def test_hubness_shows_both_numbers_of_everyone_and_a_line_at_the_teachers(study: Study) -> None:
    figure = draw_hubness(study, LIGHT)
    for axes, measure, pattern in zip(figure.axes, ("skewness", "never"), ("{:.2f}", "{:.1%}"), strict=True):
        values = {name: getattr(one, measure) for name, one in study.hubness.items()}
        colors = [LIGHT.colors[adaptation] for adaptation in adaptations(study).values()]
        expected = [(values[name], row) for row, name in enumerate(("teacher", "weak", "perfect"))]
        assert dots(axes) == [(*place, color) for place, color in zip(expected, colors, strict=True)]
        assert written(axes) == [pattern.format(value) for value, _ in expected]
        [line] = [line for line in axes.lines if len(line.get_xdata()) == 2]
        assert list(line.get_xdata()) == [values["teacher"]] * 2
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["teacher", "weak", "perfect"]
    assert f"N$_{{{study.hubness['teacher'].k}}}$" in figure.axes[0].get_title(loc="left") + figure.axes[0].get_title()


def test_the_index_shows_recall_at_every_effort_and_the_effort_that_each_needs(study: Study) -> None:
    unreached = replace(study, hnsw=replace(study.hnsw, needed={**study.hnsw.needed, "weak": None}))
    curves, needed = draw_hnsw(unreached, LIGHT).axes
    drawn = {to_hex(line.get_color()): line.get_ydata() for line in curves.lines if len(line.get_xdata()) > 2}
    for name, adaptation in adaptations(study).items():
        assert tuple(drawn[LIGHT.colors[adaptation]]) == study.hnsw.recall[name]
    assert [label.get_text() for label in curves.get_xticklabels()] == [str(ef) for ef in study.hnsw.efforts]
    assert {"teacher", "weak", "perfect"} <= set(written(curves))
    assert [place[:2] for place in dots(needed)] == [
        (study.hnsw.needed["teacher"], 0), (study.hnsw.needed["perfect"], 2),
    ]  # fmt: skip
    assert written(needed)[1] == "not reached"

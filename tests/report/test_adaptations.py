"""The adaptations compared: means over datasets, lines with the interval of their slope."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.encoders import StaticQueryEncoder
from codequest.errors import InvalidInputError
from codequest.report.adaptations import mean_retention, resampled, shares_of_teacher, slopes_of, study_adaptations
from codequest.report.complexity import Point, fit_line
from tests.evaluation.tables import DATASET, TableTeacher


def test_every_dataset_has_the_same_weight() -> None:
    first = np.array([[1.0, 0.0], [0.5, 0.0]])  # the teacher's scores, and an encoder's: half of them
    second = np.array([[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.0]])  # three quarters
    assert mean_retention([first, second]) == pytest.approx([(0.5 + 0.75) / 2])


def test_a_resample_draws_the_same_queries_for_all() -> None:
    teacher = np.linspace(0.2, 1, 40)
    scores = np.stack([teacher, 0.9 * teacher, 1.1 * teacher])
    drawn = resampled([scores, scores[:, :25]], seed=0)
    assert drawn.shape == (2000, 2)
    np.testing.assert_allclose(drawn, np.tile([0.9, 1.1], (2000, 1)), atol=1e-12)


def test_a_time_is_the_share_of_the_teachers_that_was_measured_with_it() -> None:
    prices = [{"p50 ms": 2.0, "teacher p50 ms": 20.0}, {"p50 ms": 9.0, "teacher p50 ms": 30.0}]
    shares, teacher = shares_of_teacher(prices, "latency")
    assert shares == pytest.approx([0.1, 0.3])
    assert teacher == pytest.approx(25.0)


def test_the_interval_of_a_slope_is_that_of_lines_through_the_resamples() -> None:
    points = [Point("a", "internal", 1e6, 0.8), Point("b", "internal", 1e8, 1.0), Point("c", "static", 1e4, 0.7)]
    fit = fit_line("internal", points[:2])
    assert fit is not None
    steeper = np.linspace(0, 0.2, 101)  # of the second encoder alone
    drawn = np.stack([np.full(101, 0.8), 0.9 + steeper, np.full(101, 0.7)], axis=1)
    [slope] = slopes_of([fit], points, drawn)
    assert slope.fit.slope == pytest.approx(0.1)
    assert (slope.low, slope.high) == pytest.approx((0.05 + 0.0025, 0.15 - 0.0025))


def test_an_encoder_that_does_not_say_what_it_costs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="Expected encoders and datasets, got 0 and 0"):
        study_adaptations({}, TableTeacher(), [])
    queries = list(DATASET.queries.values())
    folder = StaticQueryEncoder.create(TableTeacher(), queries=queries, rows=200, width=2).save_pretrained(
        tmp_path / "silent"
    )
    with pytest.raises(InvalidInputError, match=r"silent does not say what a query costs: MFLOP, .*codequest train"):
        study_adaptations({"static": {"silent": folder}}, TableTeacher(), [DATASET])

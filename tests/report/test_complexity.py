from __future__ import annotations

import numpy as np
import pytest

from codequest.report.complexity import Point, fit_line, pareto_front, trade_off


def points(*pairs: tuple[float, float], adaptation="internal") -> list[Point]:
    return [Point(f"p{number}", adaptation, cost, quality) for number, (cost, quality) in enumerate(pairs)]


def test_a_line_is_found_again():
    fit = fit_line("internal", points(*((10.0**power, 0.2 + 0.05 * power) for power in (3, 6, 7, 9))))
    assert (fit.intercept, fit.slope, fit.r_squared) == pytest.approx((0.2, 0.05, 1))
    assert (fit.points, fit.low, fit.high) == pytest.approx((4, 1e3, 1e9))


def test_r_squared_is_the_share_of_variance_that_the_line_explains():
    # Over 0, 1, 2 the least-squares line through 0.1, 0.5, 0.3 is 0.2 + 0.1 x: residuals -0.1, 0.2, -0.1.
    fit = fit_line("internal", points((1, 0.1), (10, 0.5), (100, 0.3)))
    assert (fit.intercept, fit.slope) == pytest.approx((0.2, 0.1))
    assert fit.r_squared == pytest.approx(1 - (0.01 + 0.04 + 0.01) / (0.04 + 0.04))


def test_two_points_have_a_line_and_no_r_squared():
    fit = fit_line("compact", points((1e6, 0.5), (1e8, 0.7)))
    assert fit.slope == pytest.approx(0.1)
    assert fit.r_squared is None


def test_equal_qualities_are_a_flat_line_that_explains_nothing():
    fit = fit_line("compact", points((1, 0.5), (10, 0.5), (100, 0.5)))
    assert fit.slope == pytest.approx(0)
    assert fit.r_squared is None


@pytest.mark.parametrize("costs", [[2e9], [2e9, 2e9, 2e9], [84.3, 82.8, 90.1]])
def test_costs_that_hardly_differ_have_no_line(costs):
    assert fit_line("compact", points(*((cost, 0.5 + rank / 10) for rank, cost in enumerate(costs)))) is None


def test_the_front_holds_what_nothing_beats_cheapest_first():
    placed = points((8, 0.9), (1, 0.2), (4, 0.8), (5, 0.7), (9, 0.9), (2, 0.1))
    assert pareto_front(placed) == ["p1", "p2", "p0"]


def test_equal_points_are_both_on_the_front():
    assert pareto_front(points((1, 0.5), (1, 0.5), (1, 0.4))) == ["p0", "p1"]


def test_fits_are_per_adaptation_and_over_all_without_the_teacher():
    placed = [
        Point("teacher", "teacher", 1e9, 1.0),
        *points((1e6, 0.5), (1e7, 0.6), (1e8, 0.7)),
        Point("nf4", "compact", 1e9, 0.8),
    ]
    one = trade_off("flops", "Recall@10", placed, ceiling=1.0)
    assert [(fit.group, fit.points) for fit in one.fits] == [("internal", 3), ("all encoders", 4)]
    assert [fit.slope for fit in one.fits] == pytest.approx([0.1, 0.1])
    assert one.front == ("p0", "p1", "p2", "teacher")
    assert one.dominated_by("nf4") == "teacher"
    assert one.dominated_by("p1") is None
    assert one.dominated_by("unknown") is None


def test_the_fit_agrees_with_numpy_on_noise():
    random = np.random.default_rng(0)
    costs, qualities = 10 ** random.uniform(5, 9, 12), random.uniform(size=12)
    fit = fit_line("all", points(*zip(costs, qualities, strict=True)))
    assert fit.r_squared == pytest.approx(np.corrcoef(np.log10(costs), qualities)[0, 1] ** 2)

"""What fits into the time."""

from __future__ import annotations

import pytest

from codequest.adapt import Speeds, make_plan
from codequest.adapt.plan import steps_that_fit
from codequest.errors import InvalidInputError


def test_the_time_is_divided_and_not_exceeded() -> None:
    plan = make_plan(600, Speeds(query=0.01, document=0.04, step=0.2), queries=100_000, pairs=100_000, batch_size=64)
    assert plan.queries == 18_000  # three tenths of the time
    assert plan.pairs == 1_800
    assert plan.embedding_seconds == pytest.approx(270)
    assert plan.measuring_seconds == 15
    assert (plan.regression, plan.refinement) == (1518, 57)  # two passes over the pairs, the rest is regression
    assert plan.seconds == pytest.approx(600)


def test_fast_steps_leave_time_for_more_queries() -> None:
    plan = make_plan(600, Speeds(query=0.01, document=0.04, step=0.1), queries=100_000, pairs=1_000, batch_size=64)
    assert plan.queries == 26_963
    assert plan.regression * 64 == pytest.approx(6 * 27_963, rel=1e-3)  # six passes
    assert plan.seconds == pytest.approx(600, abs=0.2)


def test_a_fast_teacher_leaves_time_and_nothing_is_repeated_without_end() -> None:
    plan = make_plan(600, Speeds(query=0, document=0, step=0.01), queries=1_000, pairs=0, batch_size=50)
    assert (plan.queries, plan.pairs, plan.regression, plan.refinement) == (1_000, 0, 120, 0)
    assert plan.seconds < 60


def test_fewer_pairs_than_can_be_measured_on_are_left_out() -> None:
    speeds = Speeds(query=0, document=0, step=0.01)
    assert make_plan(60, speeds, queries=1_000, pairs=49, batch_size=50).pairs == 0
    assert make_plan(60, speeds, queries=1_000, pairs=50, batch_size=50).pairs == 50


def test_too_few_minutes_are_refused_with_those_that_would_do() -> None:
    message = r"0\.5 minutes are too short: the teacher needs 0\.5 s for a query .* About 5\.6 minutes would be enough"
    with pytest.raises(InvalidInputError, match=message):
        make_plan(30, Speeds(query=0.5, document=1, step=0.2), queries=1_000, pairs=0, batch_size=64)


def test_steps_that_fit() -> None:
    assert [steps_that_fit(100, seconds, 0.5) for seconds in (10, 1000, 0, -3)] == [20, 100, 1, 1]

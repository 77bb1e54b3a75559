from __future__ import annotations

import numpy as np
import pytest

from codequest.errors import DatasetError, InvalidInputError
from codequest.evaluation import retention
from codequest.evaluation.retention import paired_bootstrap


def test_the_same_draws_are_used_for_both():
    teacher = np.random.default_rng(0).uniform(size=80)
    assert paired_bootstrap(teacher / 2, teacher) == pytest.approx((0.5, 0.5, 0.5))
    assert paired_bootstrap(teacher, teacher) == (1.0, 1.0, 1.0)


def test_the_interval_of_a_proportion_is_that_of_the_binomial():
    student = np.repeat([1.0, 0.0], [80, 20])  # draws are binomial(100, 0.8): its quantiles are 72 and 87 or 88
    found = paired_bootstrap(student, np.ones(100))
    assert found.retention == 0.8
    assert found.low == pytest.approx(0.72, abs=0.011)
    assert found.high == pytest.approx(0.875, abs=0.011)


def test_less_confidence_is_a_narrower_interval():
    student, teacher = np.random.default_rng(3).uniform(size=(2, 200))
    wide, narrow = (paired_bootstrap(student, teacher, confidence=confidence) for confidence in (0.95, 0.5))
    assert wide.low < narrow.low < narrow.retention < narrow.high < wide.high
    assert wide.retention == pytest.approx(student.mean() / teacher.mean())


def test_seed_and_not_chunks_decide_the_draws(monkeypatch):
    student, teacher = np.random.default_rng(3).uniform(size=(2, 50))
    whole = paired_bootstrap(student, teacher, resamples=1000, seed=7)
    monkeypatch.setattr(retention, "DRAWS_AT_ONCE", 3000)
    assert paired_bootstrap(student, teacher, resamples=1000, seed=7) == whole
    assert paired_bootstrap(student, teacher, resamples=1000, seed=8) != whole


def test_draws_without_a_score_of_the_teacher_are_left_out():
    found = paired_bootstrap([0.5, 0.0, 0.0], [1.0, 0.0, 0.0])
    assert found == (0.5, 0.5, 0.5)


def test_a_teacher_that_finds_nothing_is_refused():
    with pytest.raises(DatasetError, match="teacher scores zero on all 2 queries"):
        paired_bootstrap([1.0, 0.0], [0.0, 0.0])


@pytest.mark.parametrize(
    ("student", "teacher", "options", "message"),
    [
        ([1.0], [1.0, 1.0], {}, r"got the shapes \(1,\) and \(2,\)"),
        ([], [], {}, r"at least one query; got the shapes \(0,\)"),
        ([[1.0]], [[1.0]], {}, r"got the shapes \(1, 1\)"),
        ([float("nan")], [1.0], {}, "finite and not negative"),
        ([-1.0], [1.0], {}, "finite and not negative"),
        ([1.0], [1.0], {"resamples": 0}, "at least 1 resample .* got 0 and 0.95"),
        ([1.0], [1.0], {"confidence": 95}, "confidence between 0 and 1, got 10000 and 95"),
        ([1.0] * 2, [0.0, 1.0], {"resamples": 1, "seed": 0}, "zero in all 1 resample;"),
    ],
)
def test_wrong_arguments_are_refused(student, teacher, options, message):
    if "zero in all" in message:  # a seed whose only draw misses the second query
        options["seed"] = next(s for s in range(99) if not np.random.default_rng(s).integers(2, size=(1, 2)).any())
    with pytest.raises(InvalidInputError, match=message):
        paired_bootstrap(student, teacher, **options)

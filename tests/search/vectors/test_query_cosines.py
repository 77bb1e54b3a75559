"""Cosines that are all computed."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.search.vectors.query_cosines import ComputedCosines

COSINES = np.array([0.5, -0.25, 0.75, 0.0], np.float32)


def test_all_may_be_found() -> None:
    cosines = ComputedCosines(COSINES, None)
    assert (cosines.allowed, cosines.mean, cosines.most) == (4, 0.25, 0.75)
    assert cosines.of(np.array([2, 0])).tolist() == [0.75, 0.5]
    places, found = cosines.best(1)
    assert dict(zip(places.tolist(), found.tolist(), strict=True)) == {0: 0.5, 1: -0.25, 2: 0.75, 3: 0.0}


def test_a_mask_leaves_some() -> None:
    cosines = ComputedCosines(COSINES, np.array([False, True, False, True]))
    assert (cosines.allowed, cosines.mean, cosines.most) == (2, -0.125, 0.0)
    assert cosines.of(np.array([2])).tolist() == [0.75]
    assert cosines.best(1)[0].tolist() == [1, 3]


def test_the_best_may_be_below_zero_and_nothing_has_none() -> None:
    assert ComputedCosines(COSINES, np.array([False, True, False, False])).most == pytest.approx(-0.25)
    nothing = ComputedCosines(COSINES, np.zeros(4, bool))
    assert (nothing.allowed, nothing.mean, nothing.most) == (0, 0.0, 0.0)

"""Hubness on cases that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.report.hubness import measure_hubness


def test_a_hub_skews_the_occurrences():
    # Document 0 is in all four rankings, documents 1 to 4 in one each, documents 5 to 7 in none.
    one = measure_hubness(np.array([[0, 1], [0, 2], [3, 0], [4, 0]]), 8)
    occurrences = np.array([4, 1, 1, 1, 1, 0, 0, 0], dtype=float)
    deviation = occurrences - 1
    assert one.skewness == pytest.approx((deviation**3).mean() / (deviation**2).mean() ** 1.5)
    assert one.skewness == pytest.approx(3 / 1.5**1.5)
    assert (one.k, one.never, one.never_at_least, one.most) == (2, 3 / 8, 0, 4)


def test_documents_found_equally_often_are_not_skewed():
    one = measure_hubness(np.array([[0, 1], [2, 3]]), 4)
    assert (one.skewness, one.never, one.most) == (0, 0, 1)


def test_more_documents_than_places_leave_some_unfound_whoever_searches():
    one = measure_hubness(np.array([[0, 1], [0, 1]]), 10)
    assert one.never_at_least == pytest.approx(0.6)
    assert one.never == pytest.approx(0.8)

"""Agreement on cases that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.report.agreement import measure_agreement, overlap_by_query, rank_biased_overlap

FOUND = np.array([[0, 1, 2], [5, 4, 3], [9, 8, 7]])

CEILING = np.array([[0, 1, 2], [3, 4, 6], [1, 2, 3]])


def test_overlap_counts_shared_documents_whatever_their_order():
    assert overlap_by_query(FOUND, CEILING) == pytest.approx([1, 2 / 3, 0])


def test_rank_biased_overlap_weighs_the_top_most():
    # Second query: shares 0 of 1, 1 of 2, 2 of 3; what is seen at depth 3 is taken to go on.
    p = 0.9
    second = (1 - p) * (0 + p / 2 + p**2 * 2 / 3) + p**3 * 2 / 3
    assert rank_biased_overlap(FOUND, CEILING) == pytest.approx([1, second, 0])
    early, late = np.array([[0, 5, 6]]), np.array([[5, 6, 0]])
    wanted = np.array([[0, 1, 2]])
    assert rank_biased_overlap(early, wanted)[0] > rank_biased_overlap(late, wanted)[0]


def test_agreement_is_the_mean_over_the_queries_with_its_interval():
    one = measure_agreement(FOUND, CEILING, resamples=2000, seed=0, confidence=0.95)
    assert one.overlap == pytest.approx(5 / 9)
    assert 0 <= one.overlap_low < one.overlap < one.overlap_high <= 1
    assert one.first_found == pytest.approx(2 / 3)  # of 0, 3 and 1 the last is not found
    assert one.same_first == pytest.approx(1 / 3)

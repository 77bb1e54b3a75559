"""Hubness, agreement and likeness on cases that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.report.agreement import measure_agreement, overlap_by_query, rank_biased_overlap
from codequest.report.hubness import measure_hubness
from codequest.report.likeness import measure_likeness


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


def test_likeness_is_the_distribution_of_the_cosines():
    random = np.random.default_rng(0)
    angles = random.uniform(0.1, 0.6, size=400)
    teacher = np.tile(np.array([[1.0, 0.0]], np.float32), (400, 1))
    encoder = 3 * np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)  # lengths do not count
    one = measure_likeness(encoder, teacher)
    assert one.mean == pytest.approx(np.cos(angles).mean(), abs=1e-6)
    assert one.percentiles["50"] == pytest.approx(np.median(np.cos(angles)), abs=1e-6)
    assert np.trapezoid(one.density, one.cosines) == pytest.approx(1, abs=0.01)
    assert one.cosines[-1] == 1


def test_equal_vectors_are_a_peak_at_one():
    vectors = np.eye(4, dtype=np.float32)
    one = measure_likeness(vectors, vectors)
    assert one.mean == pytest.approx(1)
    assert one.cosines[int(np.argmax(one.density))] == 1
    assert np.isfinite(one.density).all()

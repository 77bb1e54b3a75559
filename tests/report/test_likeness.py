"""Likeness on cases that can be computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.report.likeness import measure_likeness


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

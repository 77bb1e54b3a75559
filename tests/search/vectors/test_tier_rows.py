"""The rows of one tier."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from codequest.search.store.vector_file import append_vectors
from codequest.search.vectors.tier_rows import NO_SLOT, TierRows, evenly
from tests.search.store.clustered import clustered


def test_numbers_are_taken_evenly() -> None:
    assert evenly(np.arange(10), 4).tolist() == [0, 3, 6, 9]
    assert evenly(np.arange(3), 4).tolist() == [0, 1, 2]
    assert evenly(np.arange(0), 4).tolist() == []


def test_chunks_have_the_vectors_of_their_slots(tmp_path: Path) -> None:
    vectors = clustered(np.random.default_rng(1), 6, 16)
    append_vectors(tmp_path, "teacher", vectors)
    slots = np.array([4, NO_SLOT, 0, 2])
    rows = TierRows(tmp_path, "teacher", slots, slots != NO_SLOT, dim=16)
    assert not rows.has_codes
    np.testing.assert_array_equal(rows.row(3), vectors[2])
    np.testing.assert_allclose(rows.products(vectors[1], np.array([3, 0])), vectors[[2, 4]] @ vectors[1], atol=1e-6)
    np.testing.assert_allclose(rows.all_products(vectors[1]), vectors[[4, 0, 2]] @ vectors[1], atol=1e-6)
    np.testing.assert_allclose(rows.mean, vectors[[4, 0, 2]].mean(axis=0), atol=1e-6)
    assert rows.nearest(vectors[4], 1, np.array([True, True, False, True])).tolist() == [0, 3]


def test_rows_of_chunks_that_are_gone_are_not_found(tmp_path: Path) -> None:
    vectors = clustered(np.random.default_rng(2), 12_000, 128)
    append_vectors(tmp_path, "teacher", vectors)
    slots = np.arange(12_000)[::-1].copy()
    slots[:3000] = NO_SLOT  # the last rows
    rows = TierRows(tmp_path, "teacher", slots, slots != NO_SLOT, dim=128)
    assert rows.has_codes
    near = rows.nearest(vectors[8990], 50, None)
    assert 12_000 - 1 - 8990 in near
    assert (near >= 3000).all()
    assert 50 <= len(near) < 60

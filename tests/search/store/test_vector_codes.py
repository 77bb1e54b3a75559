"""Codes of vectors: a bit for each value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.search.store.vector_codes import mapped_codes, new_codes, write_codes
from codequest.space import normalized
from tests.search.store.clustered import clustered

VECTORS = np.array([[3, -1, 0, 2, 0, 0, 0, 0, 5], [1, 1, 0, -2, 0, 0, 0, 0, 1]], np.float32)
CENTER = [2, 0, 0, 0, 0, 0, 0, 0, 3]


def test_a_bit_is_set_where_a_value_is_above_the_mean(tmp_path: Path) -> None:
    file = tmp_path / "codes"
    new_codes(file, VECTORS)
    codes = mapped_codes(file, rows=2, dim=9)
    np.testing.assert_array_equal(codes.center, CENTER)
    np.testing.assert_array_equal(codes.rows, [[0b10010000, 0b10000000], [0b01000000, 0]])


def test_codes_stand_at_the_slots_of_their_vectors_and_keep_their_center(tmp_path: Path) -> None:
    file = tmp_path / "codes"
    new_codes(file, VECTORS)
    write_codes(file, 9 + VECTORS[:1], slot=3)  # a killed run has left row 2
    codes = mapped_codes(file, rows=4, dim=9)
    np.testing.assert_array_equal(codes.center, CENTER)
    np.testing.assert_array_equal(codes.rows[[0, 2, 3]], [[0b10010000, 128], [0, 0], [255, 128]])
    with pytest.raises(ValueError, match="codes has 44 bytes, fewer than the 46 of 5 vectors"):
        mapped_codes(file, rows=5, dim=9)


def test_the_nearest_by_their_bits_have_the_nearest_vectors(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    vectors = clustered(chance, 3000, 768)
    queries = normalized(vectors[:20] + 0.03 * chance.standard_normal((20, 768)).astype(np.float32))
    new_codes(tmp_path / "codes", vectors)
    codes = mapped_codes(tmp_path / "codes", rows=3000, dim=768)
    wanted = np.arange(3000) % 2 == 0
    for query in queries:
        best = np.argsort(-vectors @ query)[:5]
        found = codes.nearest(query, 300, None)
        assert 300 <= len(found) < 310
        assert set(best) <= set(found)
        among = codes.nearest(query, 300, wanted)
        assert wanted[among].all()
        assert 300 <= len(among) < 310


def test_of_few_rows_all_are_near(tmp_path: Path) -> None:
    new_codes(tmp_path / "codes", VECTORS)
    codes = mapped_codes(tmp_path / "codes", rows=2, dim=9)
    assert codes.nearest(VECTORS[0], 5, None).tolist() == [0, 1]
    assert codes.nearest(VECTORS[0], 1, np.array([False, True])).tolist() == [1]

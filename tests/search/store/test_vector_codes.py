"""Codes of vectors: a byte for each value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.search.store.vector_codes import code_cosines, encoded, mapped_codes, write_codes
from codequest.space import normalized

VECTORS = np.array([[0.6, 0.8, 0, 0], [1, 0, 0, 0], [-0.5, 0.5, -0.5, 0.5]], np.float32)


def test_the_largest_value_of_a_row_is_127() -> None:
    np.testing.assert_array_equal(
        encoded(VECTORS), [[95, 127, 0, 0], [127, 0, 0, 0], [-127, 127, -127, 127]], strict=False
    )
    np.testing.assert_array_equal(encoded(np.zeros((1, 2), np.float32)), [[0, 0]])


def test_codes_stand_at_the_slots_of_their_vectors(tmp_path: Path) -> None:
    file = tmp_path / "codes"
    write_codes(file, VECTORS[:1], slot=0)
    write_codes(file, VECTORS[1:], slot=2)  # a killed run has left row 1
    np.testing.assert_array_equal(mapped_codes(file, rows=4, dim=4)[[0, 2, 3]], encoded(VECTORS))
    assert not mapped_codes(file, rows=4, dim=4)[1].any()
    with pytest.raises(ValueError, match="codes has 16 bytes, fewer than the 20 of 5 vectors"):
        mapped_codes(file, rows=5, dim=4)


def test_cosines_are_near_those_of_the_vectors() -> None:
    chance = np.random.default_rng(3)
    vectors = normalized(chance.standard_normal((500, 768)).astype(np.float32))
    query = normalized(chance.standard_normal((1, 768)).astype(np.float32))[0]
    np.testing.assert_allclose(code_cosines(encoded(vectors), query), vectors @ query, atol=2e-3)

"""Vectors at the end of a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.search.store.vector_file import MANY, VectorReader, append_vectors, codes_of_tier, mapped_vectors

VECTORS = np.arange(12, dtype=np.float32).reshape(4, 3)


def test_rows_come_back_by_their_slot(tmp_path: Path) -> None:
    assert append_vectors(tmp_path, "teacher", VECTORS[:1]) == 0
    assert append_vectors(tmp_path, "teacher", VECTORS[1:]) == 1
    np.testing.assert_array_equal(mapped_vectors(tmp_path, "teacher", rows=4, dim=3), VECTORS)
    np.testing.assert_array_equal(mapped_vectors(tmp_path, "teacher", rows=2, dim=3), VECTORS[:2])


def test_a_row_that_was_half_written_is_passed_over(tmp_path: Path) -> None:
    append_vectors(tmp_path, "teacher", VECTORS[:1])
    with (tmp_path / "teacher.f32").open("ab") as file:
        file.write(b"half")
    assert append_vectors(tmp_path, "teacher", VECTORS[1:2]) == 2
    np.testing.assert_array_equal(mapped_vectors(tmp_path, "teacher", rows=3, dim=3)[[0, 2]], VECTORS[:2])


def test_a_search_keeps_its_rows_while_others_are_added(tmp_path: Path) -> None:
    append_vectors(tmp_path, "teacher", VECTORS[:2])
    mapped = mapped_vectors(tmp_path, "teacher", rows=2, dim=3)
    append_vectors(tmp_path, "teacher", VECTORS[2:])
    np.testing.assert_array_equal(mapped, VECTORS[:2])


def test_a_file_with_too_few_rows_is_refused(tmp_path: Path) -> None:
    append_vectors(tmp_path, "teacher", VECTORS)
    with pytest.raises(ValueError, match="48 bytes, fewer than the 60 of 5 vectors"):
        mapped_vectors(tmp_path, "teacher", rows=5, dim=3)
    assert mapped_vectors(tmp_path / "missing", "light", rows=0, dim=3).shape == (0, 3)


def test_a_large_file_gets_codes_and_further_rows_theirs(tmp_path: Path) -> None:
    vectors = np.random.default_rng(4).standard_normal((MANY + 10, 16)).astype(np.float32)
    append_vectors(tmp_path, "teacher", vectors[:100])
    assert codes_of_tier(tmp_path, "teacher", rows=100, dim=16) is None
    append_vectors(tmp_path, "teacher", vectors[100:MANY])
    append_vectors(tmp_path, "teacher", vectors[MANY:])
    codes = codes_of_tier(tmp_path, "teacher", rows=MANY + 10, dim=16)
    assert codes is not None
    np.testing.assert_allclose(codes.center, vectors[:MANY].mean(axis=0), atol=1e-6)
    np.testing.assert_array_equal(codes.rows, np.packbits(vectors > codes.center, axis=1))


def test_rows_are_read_by_their_slots(tmp_path: Path) -> None:
    append_vectors(tmp_path, "teacher", VECTORS)
    reader = VectorReader(tmp_path, "teacher", dim=3)
    np.testing.assert_array_equal(reader.rows(np.array([3, 0, 3])), VECTORS[[3, 0, 3]])
    assert reader.rows(np.empty(0, np.int64)).shape == (0, 3)
    with pytest.raises(FileNotFoundError, match=r"light\.f32"):
        VectorReader(tmp_path, "light", dim=3)

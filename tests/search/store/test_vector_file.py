"""Vectors at the end of a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.search.store.vector_file import append_vectors, mapped_vectors

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

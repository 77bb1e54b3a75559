"""Vectors stored as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from codequest.errors import InvalidInputError, TeacherError
from codequest.space import EmbeddingSpace
from codequest.teachers import VectorsTeacher
from tests.teachers.stored.written import TEXTS, VECTORS, WRITERS

SPACE = EmbeddingSpace(teacher="openai:text-embedding-3-small", dim=8)


def test_damaged_arrays_are_named(tmp_path: Path) -> None:
    path = tmp_path / "v.safetensors"
    WRITERS["safetensors"][1](path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(TeacherError, match=r"v.safetensors is truncated or damaged"):
        VectorsTeacher.from_file(path, SPACE)
    np.savez(tmp_path / "v.npz", texts=np.array(TEXTS, dtype=object), vectors=VECTORS)
    with pytest.raises(TeacherError, match=r"Texts must be saved as strings: np.array\(texts, dtype=str\)"):
        VectorsTeacher.from_file(tmp_path / "v.npz", SPACE)
    save_file({"a": VECTORS, "b": VECTORS}, path)
    with pytest.raises(TeacherError, match=r"has not one array of vectors. Arrays that may be: a, b"):
        VectorsTeacher.from_file(path, SPACE)
    with pytest.raises(TeacherError, match=r"has no array 'c' of vectors. Arrays that may be: a, b"):
        VectorsTeacher.from_file(path, SPACE, vector_column="c")


def test_another_number_of_texts_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", texts=np.array(TEXTS[:2]), vectors=VECTORS)
    with pytest.raises(InvalidInputError, match=r"2 document texts need vectors of shape \(2, 8\), got \(4, 8\)"):
        VectorsTeacher.from_file(tmp_path / "v.npz", SPACE)

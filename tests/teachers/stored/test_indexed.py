"""A teacher whose documents are those of an index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.teachers import LocalTeacher, cached
from codequest.teachers.stored.indexed import IndexedTeacher


def test_only_documents_that_are_not_in_the_index_are_embedded(tiny_base: Path, tmp_path: Path) -> None:
    model = LocalTeacher(str(tiny_base), device="cpu")
    vectors = np.eye(model.space.dim, dtype=np.float32)[:2]
    teacher = IndexedTeacher(model, ["one", "two"], vectors)
    assert cached(teacher) is teacher
    found = teacher.encode_documents(["two", "three", "one"])
    np.testing.assert_array_equal(found[[0, 2]], vectors[[1, 0]])
    np.testing.assert_allclose(found[1], model.encode_documents(["three"])[0], atol=1e-5)
    np.testing.assert_allclose(teacher.encode_queries(["one"]), model.encode_queries(["one"]), atol=1e-5)
    assert teacher.missing(["one", "two", "three", "four"], "document") == ["four"]
    assert teacher.missing(["one", "two"], "query") == ["two"]


def test_an_index_that_cannot_be_is_refused(tiny_base: Path) -> None:
    model = LocalTeacher(str(tiny_base), device="cpu")
    with pytest.raises(InvalidInputError, match="The index has no documents"):
        IndexedTeacher(model, [], np.empty((0, model.space.dim), np.float32))
    with pytest.raises(SpaceMismatchError, match="not of unit length"):
        IndexedTeacher(model, ["one"], np.full((1, model.space.dim), 2, np.float32))

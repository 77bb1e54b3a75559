"""The vectors of its teacher that training leaves in an adapter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from codequest.adapters.reference_vectors import TEXTS
from codequest.errors import CodequestWarning, TeacherError
from codequest.teachers import CachedTeacher, VectorsTeacher
from codequest.training.references import reference_vectors_of


def test_a_cached_teacher_gives_its_own(teacher: CachedTeacher) -> None:
    found = reference_vectors_of(teacher)
    assert found is not None
    np.testing.assert_allclose(found.queries, teacher.encode_queries(TEXTS), atol=1e-3)


def test_stored_vectors_give_none(teacher: CachedTeacher) -> None:
    stored = VectorsTeacher(teacher.space, queries=(["a"], teacher.encode_queries(["a"])))
    assert reference_vectors_of(stored) is None


def test_a_teacher_that_fails_is_warned_of(teacher: CachedTeacher, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise TeacherError("out of credit")

    monkeypatch.setattr(CachedTeacher, "encode_queries", fail)
    with pytest.warns(CodequestWarning, match="carries no reference vectors of its teacher: out of credit"):
        assert reference_vectors_of(teacher) is None

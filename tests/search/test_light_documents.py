"""What embeds documents until the teacher has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.errors import AdapterFormatError, InvalidInputError, SpaceMismatchError
from codequest.search.light_documents import SHIPPED, LightDocuments, light_documents
from codequest.teachers.default import DEFAULT_TEACHER


def test_the_default_teacher_has_one_of_its_space() -> None:
    space = LightDocuments(SHIPPED[0]).space
    assert DEFAULT_TEACHER.endswith(space.teacher)
    found = light_documents(space)
    assert found is not None
    assert found.adapter in SHIPPED
    vectors = found.encode(["def sort_by_value(items):\n    return sorted(items)", "class Socket:\n    pass"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    query = QueryEncoder.from_pretrained("minilm-lora").encode("sort a list of items")
    assert vectors[0] @ query > vectors[1] @ query


def test_another_space_has_none_unless_an_adapter_is_given(tmp_path: Path) -> None:
    space = replace(LightDocuments(SHIPPED[0]).space, teacher="someone/else")
    assert light_documents(space) is None
    with pytest.raises(SpaceMismatchError, match=r"adapter 'static' embeds into .* this index lies in"):
        light_documents(space, "static")
    with pytest.raises(AdapterFormatError, match="nothing-here"):
        light_documents(space, tmp_path / "nothing-here")
    with pytest.raises(InvalidInputError, match="name or folder of an adapter, got int"):
        light_documents(space, 5)  # type: ignore[arg-type]

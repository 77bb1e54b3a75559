"""What embeds a corpus: teachers and light encoders by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.corpus.embedder import Embedder, LightTeacher, reference_vectors, still_works
from codequest.encoders import QueryEncoder
from codequest.errors import InvalidInputError
from codequest.teachers import LocalTeacher, VectorsTeacher
from tests.corpus.material import TEXTS, FailingTeacher
from tests.teachers.counting import CountingTeacher


def test_a_teacher_is_loaded_by_its_name_and_dim(tiny_teacher: Path) -> None:
    loaded = Embedder.chosen(str(tiny_teacher), None, 24).load()
    assert isinstance(loaded, LocalTeacher)
    assert loaded.space.dim == 24
    given = CountingTeacher()
    assert Embedder.chosen(given, None, None).load() is given


def test_an_encoder_stands_where_a_teacher_does(light: Path) -> None:
    loaded = Embedder.chosen(None, str(light), None).load()
    assert isinstance(loaded, LightTeacher)
    encoder = QueryEncoder.from_pretrained(light)
    assert loaded.space == encoder.space
    np.testing.assert_allclose(loaded.encode_documents(TEXTS), encoder.encode_documents(TEXTS), atol=1e-6)
    np.testing.assert_allclose(loaded.encode_queries(TEXTS), encoder.encode(TEXTS), atol=1e-6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((None, None, None), "Name what embeds: either a teacher, or a light encoder"),
        (("a", "b", None), "Name what embeds: either a teacher, or a light encoder"),
        ((None, "b", 8), "The vectors of an encoder are not truncated"),
    ],
)
def test_neither_both_and_a_truncated_encoder_are_refused(given: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Embedder.chosen(*given)


def test_reference_vectors_are_of_whatever_can_embed_them(light: Path) -> None:
    found = reference_vectors(CountingTeacher(), "document")
    assert found is not None
    assert found.documents.shape == (8, 8)
    encoder = QueryEncoder.from_pretrained(light)
    light = reference_vectors(LightTeacher(encoder), "document")
    assert light is not None
    assert reference_vectors(VectorsTeacher(encoder.space), "document") is None
    encoder.documents = False
    assert reference_vectors(LightTeacher(encoder), "query") is None
    with pytest.raises(InvalidInputError, match="was trained for queries alone"):
        reference_vectors(LightTeacher(encoder), "document")


def test_a_teacher_that_fails_on_everything_does_not_work() -> None:
    assert still_works(FailingTeacher("sort"), "query")
    assert not still_works(FailingTeacher(until=0), "query")

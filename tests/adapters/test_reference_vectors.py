"""A few vectors of its teacher, by which an adapter recognizes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.adapters.reference_vectors import REFERENCE_FILE, TEXTS, ReferenceVectors
from codequest.errors import AdapterFormatError, SpaceMismatchError
from codequest.space import EmbeddingSpace
from codequest.teachers import VectorsTeacher

QUERIES, DOCUMENTS = (
    vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for vectors in np.random.default_rng(0).normal(size=(2, len(TEXTS), 16)).astype(np.float32)
)


def teacher(queries: np.ndarray = QUERIES, documents: np.ndarray = DOCUMENTS) -> VectorsTeacher:
    space = EmbeddingSpace(teacher="m", dim=queries.shape[1])
    return VectorsTeacher(space, queries=(list(TEXTS), queries), documents=(list(TEXTS), documents))


def test_they_are_written_and_read_back(tmp_path: Path) -> None:
    vectors = ReferenceVectors.of(teacher())
    np.testing.assert_array_equal(vectors.queries, QUERIES.astype(np.float16))
    assert ReferenceVectors.read(tmp_path) is None
    (tmp_path / REFERENCE_FILE).write_bytes(vectors.to_bytes())
    again = ReferenceVectors.read(tmp_path)
    assert again is not None
    assert again.texts == TEXTS
    np.testing.assert_array_equal(again.documents, vectors.documents)
    again.check(teacher())
    (tmp_path / REFERENCE_FILE).write_bytes(vectors.to_bytes()[:-9])
    with pytest.raises(AdapterFormatError, match="is truncated or damaged"):
        ReferenceVectors.read(tmp_path)


def test_other_vectors_of_either_side_are_refused() -> None:
    vectors = ReferenceVectors.of(teacher())
    with pytest.raises(SpaceMismatchError, match=r"other vectors of queries \(least cosine -1.000 of 8 texts"):
        vectors.check(teacher(-QUERIES))
    with pytest.raises(SpaceMismatchError, match="other vectors of documents"):
        vectors.check(teacher(documents=DOCUMENTS[::-1].copy()))
    half = [side[:, :8] / np.linalg.norm(side[:, :8], axis=1, keepdims=True) for side in (QUERIES, DOCUMENTS)]
    with pytest.raises(SpaceMismatchError, match="m gives queries 8 dimensions, the adapter's teacher 16"):
        vectors.check(teacher(*half))

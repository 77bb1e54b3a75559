"""Every kind of store says what it is, and is refused where queries cannot search it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.errors import SpaceMismatchError
from codequest.integrations.stores import check_store
from codequest.space import EmbeddingSpace, Vectors
from tests.integrations.stores.conftest import METRICS, STORES, TEXTS, scaled

LENGTHS = EmbeddingSpace(teacher="test/lengths", dim=48, normalized=False)


@pytest.fixture(scope="session")
def space(static_folder: Path) -> EmbeddingSpace:
    return QueryEncoder.from_pretrained(static_folder).space


@pytest.mark.parametrize(("kind", "metric"), METRICS)
def test_a_store_of_the_teachers_vectors_is_accepted_with_its_records(
    kind: str, metric: str, tmp_path: Path, document_vectors: Vectors, space: EmbeddingSpace
) -> None:
    fill, read = STORES[kind]
    fill(tmp_path / kind, document_vectors, metric)
    stored = read(tmp_path / kind)
    assert (stored.metric, stored.dim) == (metric, 48)
    rows = [TEXTS.index(text) for text in stored.texts if text]
    assert len(rows) == len(set(rows)) == 8
    np.testing.assert_allclose(stored.vectors, document_vectors[rows], atol=1e-6)
    check_store(stored, space)


def test_another_dim_is_refused(filled: tuple[str, Path], space: EmbeddingSpace) -> None:
    kind, folder = filled
    stored = STORES[kind][1](folder)
    with pytest.raises(
        SpaceMismatchError, match=r"holds vectors of 48 numbers; .* have 96\. Search it with an encoder"
    ):
        check_store(stored, replace(space, dim=96))


@pytest.mark.parametrize("kind", ["qdrant", "faiss"])
def test_a_metric_of_another_order_is_refused(
    kind: str, tmp_path: Path, document_vectors: Vectors, space: EmbeddingSpace
) -> None:
    fill, read = STORES[kind]
    fill(tmp_path / kind, document_vectors, "manhattan")
    with pytest.raises(SpaceMismatchError, match=r"compares vectors by .*; .* needs cosine or dot or euclidean\. Copy"):
        check_store(read(tmp_path / kind), space)


@pytest.mark.parametrize(("kind", "metric"), METRICS)
def test_lengths_count_where_the_metric_sees_them(
    kind: str, metric: str, tmp_path: Path, document_vectors: Vectors, space: EmbeddingSpace
) -> None:
    """Cosine is right for a normalized space whatever the lengths, the dot product for one with lengths."""
    fill, read = STORES[kind]
    fill(tmp_path / kind, scaled(document_vectors), metric)
    stored = read(tmp_path / kind)
    if metric == "cosine":
        check_store(stored, space)
    else:
        with pytest.raises(SpaceMismatchError, match=rf"compared by {metric}: .* are not of unit length"):
            check_store(stored, space)
    if metric == "dot":
        check_store(stored, LENGTHS)
    else:
        with pytest.raises(SpaceMismatchError, match=rf"compares vectors by {metric}; .* needs dot\. Copy"):
            check_store(stored, LENGTHS)

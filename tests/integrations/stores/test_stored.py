"""Every kind of store says what it is, and is refused where queries cannot search it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.integrations.stores import check_store, read_chroma, read_faiss, read_lancedb, read_qdrant
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


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    lancedb, chromadb = pytest.importorskip("lancedb"), pytest.importorskip("chromadb")
    table = lancedb.connect(tmp_path / "lance").create_table("t", [{"embedding": [1.0, 0.0], "name": "a"}])
    with pytest.raises(InvalidInputError, match=r"no column 'vector' .* columns are \['embedding', 'name'\]"):
        read_lancedb(table)
    stored = read_lancedb(table, column="embedding")
    assert (stored.dim, stored.texts, stored.vectors.tolist()) == (2, (None,), [[1, 0]])
    collection = chromadb.EphemeralClient().create_collection("empty", embedding_function=None)
    with pytest.raises(InvalidInputError, match="The Chroma collection 'empty' is empty"):
        read_chroma(collection)


def test_one_of_several_qdrant_vectors_is_named() -> None:
    qdrant = pytest.importorskip("qdrant_client")
    client, models = qdrant.QdrantClient(":memory:"), qdrant.models
    sizes = {name: models.VectorParams(size=size, distance=models.Distance.DOT) for name, size in (("a", 2), ("b", 3))}
    client.create_collection("two", vectors_config=sizes)
    client.upsert("two", [models.PointStruct(id=1, vector={"a": [1, 0], "b": [0, 1, 0]}, payload={"code": "x"})])
    with pytest.raises(InvalidInputError, match=r"has the vectors \['a', 'b'\], not None\. Name one with vector="):
        read_qdrant(client, "two")
    stored = read_qdrant(client, "two", vector="b", text="code")
    assert (stored.dim, stored.metric, stored.texts, stored.vectors.tolist()) == (3, "dot", ("x",), [[0, 1, 0]])


def test_faiss_indexes_that_change_vectors_give_none(document_vectors: Vectors) -> None:
    faiss = pytest.importorskip("faiss")
    index = faiss.index_factory(48, "SQ8", faiss.METRIC_INNER_PRODUCT)
    index.train(document_vectors)
    index.add(document_vectors)
    stored = read_faiss(index)
    assert (stored.metric, stored.vectors.shape, stored.texts) == ("dot", (0, 48), ())
    with pytest.raises(InvalidInputError, match=r"has 81 rows, but there are 1 texts\. Give one per row"):
        read_faiss(index, texts=["a"])

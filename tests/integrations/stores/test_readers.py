"""Vectors read out of each store."""

from __future__ import annotations

from pathlib import Path

import pytest

from codequest.errors import InvalidInputError
from codequest.integrations.stores import read_chroma, read_lancedb, read_qdrant


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

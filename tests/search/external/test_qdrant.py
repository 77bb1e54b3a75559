"""Points of a Qdrant collection by their cosines."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.errors import InvalidInputError
from codequest.search import StoreFields
from codequest.search.external.qdrant import QdrantSource

qdrant = pytest.importorskip("qdrant_client")
VECTORS = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1]], np.float32)
FIELDS = StoreFields(text="code")


@pytest.mark.parametrize("distance", ["Cosine", "Dot", "Euclid"])
@pytest.mark.parametrize("name", [None, "code"])
def test_the_nearest_come_with_their_cosine_and_payload(distance: str, name: str | None) -> None:
    models, client = qdrant.models, qdrant.QdrantClient(":memory:")
    params = models.VectorParams(size=3, distance=models.Distance(distance))
    client.create_collection("c", vectors_config=params if name is None else {name: params})
    for row, vector in enumerate(VECTORS.tolist()):
        payload = {"code": f"text {row}", "path": f"{row}.py", "other": 1}
        client.upsert(
            "c", [models.PointStruct(id=row, vector=vector if name is None else {name: vector}, payload=payload)]
        )
    source = QdrantSource(client, "c", vector=name, fields=FIELDS)
    found = source.nearest(VECTORS[0], 2)
    assert [(each.key, each.values) for each in found] == [
        (0, {"code": "text 0", "path": "0.py"}),
        (1, {"code": "text 1", "path": "1.py"}),
    ]
    assert [each.cosine for each in found] == pytest.approx([1.0, 0.6], abs=1e-6)
    assert (len(source), source.has_words) == (3, False)
    with pytest.raises(InvalidInputError, match="has no 'text'; it has 'code', 'other', 'path'"):
        QdrantSource(client, "c", vector=name, fields=StoreFields())

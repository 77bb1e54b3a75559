"""A Qdrant collection as a source of hits."""

from __future__ import annotations

from typing import Any

from codequest.errors import require
from codequest.integrations.stores import read_qdrant
from codequest.integrations.stores.stored import EUCLIDEAN
from codequest.search.external.source import StoreFields, StoreRecord, StoreSource
from codequest.space import Vectors

_SAMPLED = 256  # points whose mean cosine stands for that of all
_EFFORT = 256  # points that a search of its graph keeps in view, at least: light queries need more than the teacher's


class QdrantSource(StoreSource):
    """Points of a collection.

    Args:
        client: A ``qdrant_client.QdrantClient``, local or remote.
        collection: Name of the collection.
        vector: Which vector, where the points have several.
        fields: Keys of the payload.

    Raises:
        InvalidInputError: No such vector, or no such keys.
    """

    def __init__(self, client: Any, collection: str, *, vector: str | None, fields: StoreFields) -> None:
        self._client, self._collection, self._vector, self._fields = client, collection, vector, fields
        self._models = require("qdrant_client", extra="stores").models
        self.stored = read_qdrant(client, collection, vector=vector, text=fields.text, sample=_SAMPLED)
        points, _ = client.scroll(collection, limit=_SAMPLED, with_payload=True)
        fields.check(self.stored.store, sorted({key for point in points for key in point.payload or {}}))

    def __len__(self) -> int:
        return int(self._client.count(self._collection).count)

    def nearest(self, query_vector: Vectors, limit: int) -> list[StoreRecord]:
        found = self._client.query_points(
            self._collection,
            query=query_vector.tolist(),
            using=self._vector,
            limit=limit,
            with_payload=self._fields.names(),
            search_params=self._models.SearchParams(hnsw_ef=max(_EFFORT, limit)),
        )
        return [StoreRecord(point.id, point.payload or {}, self._cosine(point.score)) for point in found.points]

    def _cosine(self, score: float) -> float:
        return 1 - score**2 / 2 if self.stored.metric == EUCLIDEAN else score  # Euclid is a distance

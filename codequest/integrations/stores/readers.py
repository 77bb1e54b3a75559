"""Reads what a vector store says of itself, through the client that the caller has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from codequest.errors import InvalidInputError
from codequest.integrations.stores.stored import COSINE, DOT, EUCLIDEAN, StoredVectors
from codequest.space import Vectors

_METRICS: Mapping[str, str] = {"ip": DOT, "dot": DOT, "l2": EUCLIDEAN, "euclid": EUCLIDEAN, "cosine": COSINE}


def read_qdrant(
    client: Any, collection: str, *, vector: str | None = None, text: str = "text", sample: int = 8
) -> StoredVectors:
    """Description of a Qdrant collection.

    Args:
        client: A ``qdrant_client.QdrantClient``, local or remote.
        collection: Name of the collection.
        vector: Which vector, where the points have several.
        text: Key of the text in the payload.
        sample: How many records to read.

    Raises:
        InvalidInputError: The points have several vectors and none was named, or have no such vector.
    """
    store, params = f"The Qdrant collection {collection!r}", client.get_collection(collection).config.params.vectors
    if isinstance(params, Mapping):
        if vector not in params:
            raise InvalidInputError(f"{store} has the vectors {sorted(params)}, not {vector!r}. Name one with vector=.")
        params = params[vector]
    if params is None or params.multivector_config is not None:
        raise InvalidInputError(f"{store} holds no single dense vector per point, which is what an encoder searches.")
    records, _ = client.scroll(collection, limit=sample, with_payload=[text], with_vectors=True)
    return stored_vectors(
        store,
        params.distance.value,
        params.size,
        [record.vector[vector] if isinstance(record.vector, Mapping) else record.vector for record in records],
        [(record.payload or {}).get(text) for record in records],
    )


def read_lancedb(table: Any, *, column: str = "vector", text: str = "text", sample: int = 8) -> StoredVectors:
    """Description of a LanceDB table; without an index on the column, the metric is the default of its searches.

    Args:
        table: A ``lancedb`` table, opened synchronously.
        column: Name of the column of vectors.
        text: Name of the column of texts, if there is one.
        sample: How many records to read.

    Raises:
        InvalidInputError: There is no such column, or it holds no vectors of one length.
    """
    store, schema = f"The LanceDB table {table.name!r}", table.schema
    size = getattr(schema.field(column).type, "list_size", None) if column in schema.names else None
    if size is None:
        raise InvalidInputError(
            f"{store} has no column {column!r} of vectors of one length; its columns are {schema.names}. Name one with "
            "column=."
        )
    indices = [index.name for index in table.list_indices() if index.columns == [column]]
    metric = table.index_stats(indices[0]).distance_type if indices else "l2"
    columns = [column, *([text] if text in schema.names else [])]
    records = table.search().select(columns).limit(sample).to_arrow().to_pydict()
    return stored_vectors(store, metric, size, records[column], records.get(text, [None] * len(records[column])))


def read_chroma(collection: Any, *, sample: int = 8) -> StoredVectors:
    """Description of a Chroma collection.

    Args:
        collection: A ``chromadb`` collection.
        sample: How many records to read.

    Raises:
        InvalidInputError: It is empty: only then does a collection not know how long its vectors are.
    """
    store = f"The Chroma collection {collection.name!r}"
    records = collection.get(limit=sample, include=["documents", "embeddings"])
    if not len(records["embeddings"]):
        raise InvalidInputError(f"{store} is empty. Add the teacher's document vectors to it first.")
    settings = collection.configuration
    kept = settings.get("hnsw") or settings.get("spann") or {}
    vectors = records["embeddings"]
    return stored_vectors(store, kept.get("space", "l2"), len(vectors[0]), vectors, records["documents"])


def stored_vectors(
    store: str, metric: str, dim: int, vectors: Any, texts: Iterable[str | None] | None
) -> StoredVectors:
    """What a store says of itself, in our words.

    Args:
        store: Name in messages.
        metric: Its own word.
        dim: Length of its vectors.
        vectors: Of some records.
        texts: Of the same records; None where the store has none.
    """
    read: Vectors = np.asarray(vectors, dtype=np.float32).reshape(-1, dim)
    known = tuple(texts) if texts is not None else (None,) * len(read)
    metric = metric.lower()
    return StoredVectors(store=store, metric=_METRICS.get(metric, metric), dim=dim, vectors=read, texts=known)

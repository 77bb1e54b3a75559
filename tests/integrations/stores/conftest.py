"""Real stores of every kind, filled by a tiny teacher."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.integrations.stores import StoredVectors, read_chroma, read_faiss, read_lancedb, read_qdrant
from codequest.space import Vectors
from codequest.teachers import LocalTeacher

TEXTS = [
    f"{verb} {noun} {n}" for verb in ("sort", "read", "open") for noun in ("list", "file", "dict") for n in range(9)
]
LANGUAGES = [("python", "go", "rust")[row % 3] for row in range(len(TEXTS))]
NAME = "code"


@pytest.fixture(scope="session")
def document_vectors(tiny_teacher: Path) -> Vectors:
    return LocalTeacher(str(tiny_teacher), device="cpu").encode_documents(TEXTS)


def fill_qdrant(folder: Path, vectors: Vectors, metric: str) -> None:
    client, models = _qdrant(folder)
    distance = {"cosine": "Cosine", "dot": "Dot", "euclidean": "Euclid", "manhattan": "Manhattan"}[metric]
    with closing(client):
        size = models.VectorParams(size=vectors.shape[1], distance=models.Distance(distance))
        client.create_collection(NAME, vectors_config=size)
        payloads = ({"text": text, "language": language} for text, language in zip(TEXTS, LANGUAGES, strict=True))
        records = zip(vectors.tolist(), payloads, strict=True)
        points = [models.PointStruct(id=row, vector=one, payload=also) for row, (one, also) in enumerate(records)]
        client.upsert(NAME, points)


def open_qdrant(folder: Path) -> StoredVectors:
    client, _ = _qdrant(folder)
    with closing(client):
        return read_qdrant(client, NAME)


def _qdrant(folder: Path) -> tuple[Any, Any]:
    qdrant = pytest.importorskip("qdrant_client")
    return qdrant.QdrantClient(path=str(folder)), qdrant.models


def fill_lancedb(folder: Path, vectors: Vectors, metric: str) -> None:
    lancedb = pytest.importorskip("lancedb")
    from lancedb.index import IvfFlat

    columns = zip(vectors, TEXTS, LANGUAGES, strict=True)
    rows = [
        {"vector": vector, "id": row, "text": text, "language": language}
        for row, (vector, text, language) in enumerate(columns)
    ]
    table = lancedb.connect(folder).create_table(NAME, rows)
    if metric != "euclidean":  # what a table without an index has
        table.create_index("vector", config=IvfFlat(distance_type=metric, num_partitions=1))


def open_lancedb(folder: Path) -> StoredVectors:
    return read_lancedb(pytest.importorskip("lancedb").connect(folder).open_table(NAME))


def fill_chroma(folder: Path, vectors: Vectors, metric: str) -> None:
    chromadb = pytest.importorskip("chromadb")
    space = {"cosine": "cosine", "dot": "ip", "euclidean": "l2"}[metric]
    client = chromadb.PersistentClient(str(folder))
    collection = client.create_collection(NAME, configuration={"hnsw": {"space": space}}, embedding_function=None)
    ids, languages = [str(row) for row in range(len(TEXTS))], [{"language": name} for name in LANGUAGES]
    collection.add(ids=ids, embeddings=vectors, documents=TEXTS, metadatas=languages)


def open_chroma(folder: Path) -> StoredVectors:
    client = pytest.importorskip("chromadb").PersistentClient(str(folder))
    return read_chroma(client.get_collection(NAME, embedding_function=None))


def fill_faiss(folder: Path, vectors: Vectors, metric: str) -> None:
    faiss = pytest.importorskip("faiss")
    metrics = {"dot": faiss.METRIC_INNER_PRODUCT, "euclidean": faiss.METRIC_L2, "manhattan": faiss.METRIC_L1}
    index = faiss.IndexHNSWFlat(vectors.shape[1], 16, metrics[metric])
    index.add(vectors)
    folder.mkdir()
    faiss.write_index(index, str(folder / "index.faiss"))
    lines = (f"{text} in {language}\n" for text, language in zip(TEXTS, LANGUAGES, strict=True))
    (folder / "texts.txt").write_text("".join(lines), encoding="utf-8")


def open_faiss(folder: Path) -> StoredVectors:
    return read_faiss(pytest.importorskip("faiss").read_index(str(folder / "index.faiss")), texts=TEXTS)


STORES: dict[str, tuple[Callable[[Path, Vectors, str], None], Callable[[Path], StoredVectors]]] = {
    "qdrant": (fill_qdrant, open_qdrant),
    "lancedb": (fill_lancedb, open_lancedb),
    "chroma": (fill_chroma, open_chroma),
    "faiss": (fill_faiss, open_faiss),
}
NATURAL = {"qdrant": "cosine", "lancedb": "cosine", "chroma": "cosine", "faiss": "dot"}
METRICS = [("qdrant", "cosine"), ("qdrant", "dot"), ("qdrant", "euclidean"), ("lancedb", "cosine"), ("lancedb", "dot"),
           ("lancedb", "euclidean"), ("chroma", "cosine"), ("chroma", "dot"), ("chroma", "euclidean"), ("faiss", "dot"),
           ("faiss", "euclidean")]  # fmt: skip


@pytest.fixture(params=STORES)
def filled(request: pytest.FixtureRequest, tmp_path: Path, document_vectors: Vectors) -> tuple[str, Path]:
    """Kind and folder of a store that holds the teacher's vectors."""
    fill, _ = STORES[request.param]
    fill(tmp_path / request.param, document_vectors, NATURAL[request.param])
    return request.param, tmp_path / request.param


def scaled(vectors: Vectors) -> Vectors:
    """The same directions in lengths from 1 to 2."""
    lengths: Vectors = np.linspace(1, 2, len(vectors), dtype=np.float32)[:, None]
    return vectors * lengths

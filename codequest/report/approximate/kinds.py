"""Kinds of approximate index, built with faiss: HNSW graphs and inverted lists (IVF)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from codequest.errors import require
from codequest.progress import Progress, silent
from codequest.space import Vectors

NEIGHBORS = 16
CONSTRUCTION = 200

_ADDED_AT_ONCE = 2000
_TRAINING_VECTORS = 39  # of a list, at least: faiss warns below


@dataclass(frozen=True, slots=True)
class IndexKind:
    """A kind of index whose searches take more or less effort.

    Attributes:
        name: Name in reports.
        effort: Name of its effort.
        efforts: Those that are tried, rising.
        reference: The teacher's recall at this effort is what every encoder is to reach.
        build: From document vectors, (documents, dim), to a faiss index of inner products.
        settings: The search parameters of an effort.
        least: The least effort of a search for k documents.
        most: The effort at which such an index looks at everything.
    """

    name: str
    effort: str
    efforts: tuple[int, ...]
    reference: int
    build: Callable[[Vectors, Progress], Any]
    settings: Callable[[int], Any]
    least: Callable[[int], int]
    most: Callable[[Any], int]


def build_hnsw(document_vectors: Vectors, progress: Progress = silent) -> Any:
    """An HNSW index (Malkov and Yashunin, 2018; M 16, efConstruction 200) over the documents, (documents, dim)."""
    faiss = require("faiss", extra="report")
    index = faiss.IndexHNSWFlat(document_vectors.shape[1], NEIGHBORS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = CONSTRUCTION
    return _filled(index, document_vectors, "building the HNSW index", progress)


def build_lists(document_vectors: Vectors, progress: Progress = silent) -> Any:
    """Inverted lists around 4 √n centroids, as faiss' guidelines say, of the documents, (documents, dim)."""
    faiss = require("faiss", extra="report")
    count, dim = document_vectors.shape
    lists = max(1, min(round(4 * count**0.5), count // _TRAINING_VECTORS))
    index = faiss.IndexIVFFlat(faiss.IndexFlatIP(dim), dim, lists, faiss.METRIC_INNER_PRODUCT)
    index.cp.min_points_per_centroid = 1  # of few documents there is one list: no reason to warn
    index.train(np.ascontiguousarray(document_vectors, dtype=np.float32))
    return _filled(index, document_vectors, "filling the IVF lists", progress)


def _filled(index: Any, document_vectors: Vectors, description: str, progress: Progress) -> Any:
    for start in range(0, len(document_vectors), _ADDED_AT_ONCE):
        index.add(np.ascontiguousarray(document_vectors[start : start + _ADDED_AT_ONCE], dtype=np.float32))
        progress(description, index.ntotal, len(document_vectors))
    return index


def _hnsw_settings(effort: int) -> Any:
    return require("faiss", extra="report").SearchParametersHNSW(efSearch=effort)


def _list_settings(effort: int) -> Any:
    return require("faiss", extra="report").SearchParametersIVF(nprobe=effort)


HNSW = IndexKind(
    name="HNSW",
    effort="ef",
    efforts=(10, 16, 32, 64, 128, 256),
    reference=64,
    build=build_hnsw,
    settings=_hnsw_settings,
    least=lambda k: k,
    most=lambda index: int(index.ntotal),
)
IVF = IndexKind(
    name="IVF",
    effort="nprobe",
    efforts=(1, 2, 4, 8, 16, 32, 64),
    reference=8,
    build=build_lists,
    settings=_list_settings,
    least=lambda _: 1,
    most=lambda index: int(index.nlist),
)


@contextmanager
def one_thread() -> Iterator[None]:
    """Threads add documents in any order, and each order makes another index."""
    faiss = require("faiss", extra="report")
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)

"""Approximate search: what an HNSW graph over the teacher's documents finds, and with how much effort."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from codequest.errors import require
from codequest.evaluation.search import Indices, exact_search
from codequest.progress import Progress, silent
from codequest.report.sources import TEACHER
from codequest.space import Vectors

NEIGHBORS = 16
CONSTRUCTION = 200
REFERENCE_EF = 64
"""The teacher's recall at this effort is what every encoder is to reach."""

_EFS = (10, 16, 32, 64, 128, 256)
_MOST_QUERIES = 1000
_MOST_DOCUMENTS = 100_000  # one thread, for the same graph every time, adds about a thousand a second
_ADDED_AT_ONCE = 2000
_TIE = 1e-6  # float32 products of unit vectors agree to about 1e-7


@dataclass(frozen=True, slots=True)
class GraphSearch:
    """Recall of the graph against exact search with the same query vectors.

    Attributes:
        k: Length of the rankings.
        documents: How many documents the graph holds.
        queries: How many queries were searched.
        efs: Candidates that a search keeps (ef), rising.
        recall: At every ef, by name of the encoder or teacher.
        target: The teacher's recall at ef 64.
        needed_ef: The least ef that reaches the target, by name; None where none does.
        labelled: Mean share of the relevant documents that the graph finds at every ef, by name; None without labels,
            and of a sample of the documents.
        labelled_exact: The same of exact search, by name.
    """

    k: int
    documents: int
    queries: int
    efs: tuple[int, ...]
    recall: Mapping[str, tuple[float, ...]]
    target: float
    needed_ef: Mapping[str, int | None]
    labelled: Mapping[str, tuple[float, ...]] | None
    labelled_exact: Mapping[str, float] | None


def search_graph(
    query_vectors: Mapping[str, Vectors],
    document_vectors: Vectors,
    *,
    relevant: Sequence[Sequence[int]] | None = None,
    k: int = 10,
    seed: int = 0,
    progress: Progress = silent,
) -> GraphSearch:
    """Build an HNSW graph (Malkov and Yashunin, 2018; M 16, efConstruction 200) and search it at several ef.

    Larger sets are sampled: 1,000 queries, 100,000 documents.

    Args:
        query_vectors: (queries, dim) by name, the teacher's among them.
        document_vectors: (documents, dim), the teacher's; unit rows, or the inner product is no cosine.
        relevant: Positions of the documents that answer each query, at least one; None without labels.
        k: Length of the rankings; all documents when there are fewer.
        seed: Of the samples.
        progress: Called while the graph is built and searched.

    Raises:
        MissingDependencyError: ``faiss`` is not installed.
    """
    random = np.random.default_rng(seed)
    documents = document_vectors[np.sort(random.permutation(len(document_vectors))[:_MOST_DOCUMENTS])]
    count = len(query_vectors[TEACHER])
    chosen = np.sort(random.permutation(count)[:_MOST_QUERIES])
    k = min(k, len(documents))
    with _one_thread():
        index = build_graph(documents, progress=progress)
        searches = {name: _Queries(index, vectors[chosen], documents, k) for name, vectors in query_vectors.items()}
        target = searches[TEACHER].recall(REFERENCE_EF)
        needed = {}
        for done, (name, one) in enumerate(searches.items(), start=1):
            needed[name] = least_effort(one.recall, target, lowest=k, highest=len(documents))
            progress("searching the HNSW graph", done, len(searches))
        curves = {name: tuple(map(one.recall, _EFS)) for name, one in searches.items()}
        labelled = exact = None
        if relevant is not None and len(documents) == len(document_vectors):
            wanted = [relevant[row] for row in chosen]
            labelled = {name: tuple(found_share(one.top(ef), wanted) for ef in _EFS) for name, one in searches.items()}
            exact = {name: found_share(one.exact, wanted) for name, one in searches.items()}
    return GraphSearch(k, len(documents), len(chosen), _EFS, curves, target, needed, labelled, exact)


def found_share(top: Indices, relevant: Sequence[Sequence[int]]) -> float:
    """Mean share of the relevant documents of a query that are in its ranking.

    Args:
        top: Positions of the found documents, (queries, k).
        relevant: Positions of the relevant ones of each query, at least one.
    """
    return float(np.mean([np.isin(wanted, row).mean() for wanted, row in zip(relevant, top, strict=True)]))


def build_graph(document_vectors: Vectors, *, progress: Progress = silent) -> Any:
    """A faiss HNSW index of inner products over the documents, (documents, dim)."""
    faiss = require("faiss", extra="report")
    index = faiss.IndexHNSWFlat(document_vectors.shape[1], NEIGHBORS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = CONSTRUCTION
    for start in range(0, len(document_vectors), _ADDED_AT_ONCE):
        index.add(np.ascontiguousarray(document_vectors[start : start + _ADDED_AT_ONCE], dtype=np.float32))
        progress("building the HNSW graph", index.ntotal, len(document_vectors))
    return index


def least_effort(recall: Callable[[int], float], target: float, *, lowest: int, highest: int) -> int | None:
    """The least ef whose recall reaches the target: doubled until it does, then bisected.

    Args:
        recall: Recall at an ef; taken to rise with it.
        target: Recall to reach.
        lowest: Least ef to consider.
        highest: Greatest ef to consider.

    Returns:
        The ef; None when not even the greatest reaches the target.
    """
    below, ef = lowest - 1, lowest
    while recall(ef) < target:
        if ef >= highest:
            return None
        below, ef = ef, min(2 * ef, highest)
    while ef - below > 1:
        middle = (below + ef) // 2
        if recall(middle) < target:
            below = middle
        else:
            ef = middle
    return ef


class _Queries:
    """One set of query vectors, searched exactly once and in the graph at any ef."""

    def __init__(self, index: Any, query_vectors: Vectors, document_vectors: Vectors, k: int) -> None:
        self._index = index
        self._vectors = np.ascontiguousarray(query_vectors, dtype=np.float32)
        self._k = k
        self.exact, scores = exact_search(self._vectors, document_vectors, k=k)
        self._worst = scores[:, -1:]  # (queries, 1)
        self._found: dict[int, tuple[Vectors, Indices]] = {}

    def top(self, ef: int) -> Indices:
        """Positions of the documents found, (queries, k); -1 where there is none."""
        return self._search(ef)[1]

    def recall(self, ef: int) -> float:
        """Against exact search: a document counts when it is as near as the k-th there, so equal ones are equal."""
        scores, positions = self._search(ef)
        return float(((positions >= 0) & (scores >= self._worst - _TIE)).mean())

    def _search(self, ef: int) -> tuple[Vectors, Indices]:
        if ef not in self._found:
            faiss = require("faiss", extra="report")
            self._found[ef] = self._index.search(self._vectors, self._k, params=faiss.SearchParametersHNSW(efSearch=ef))
        return self._found[ef]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Threads add documents in any order, and each order makes another graph."""
    faiss = require("faiss", extra="report")
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)

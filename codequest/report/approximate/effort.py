"""Approximate search: what an index over the teacher's documents finds, and with how much effort."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from codequest.evaluation.exact_search import Indices, exact_search
from codequest.evaluation.measures import measure_rankings
from codequest.progress import Progress, silent
from codequest.report.approximate.kinds import HNSW, IndexKind, one_thread
from codequest.report.named_encoders import TEACHER
from codequest.space import Vectors

_MOST_QUERIES = 1000
_MOST_DOCUMENTS = 100_000  # one thread, for the same index every time, adds about a thousand a second
_TIE = 1e-6  # float32 products of unit vectors agree to about 1e-7


@dataclass(frozen=True, slots=True)
class LabelledSearch:
    """Quality of approximate and of exact search by labels; by name of the encoder or teacher.

    Attributes:
        recall: Mean share of the relevant documents found at every effort.
        recall_exact: The same of exact search.
        ndcg: Mean nDCG@10 at every effort.
        ndcg_exact: The same of exact search.
    """

    recall: Mapping[str, tuple[float, ...]]
    recall_exact: Mapping[str, float]
    ndcg: Mapping[str, tuple[float, ...]]
    ndcg_exact: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproximateSearch:
    """Recall of an index against exact search with the same query vectors.

    Attributes:
        index: Kind of the index: ``"HNSW"`` or ``"IVF"``.
        effort: Name of its effort: ``"ef"``, candidates that a search keeps, or ``"nprobe"``, lists it reads.
        k: Length of the rankings.
        documents: How many documents the index holds.
        queries: How many queries were searched.
        efforts: Those that were tried, rising.
        recall: At every effort, by name of the encoder or teacher.
        reference: An effort.
        target: The teacher's recall at the reference.
        needed: The least effort that reaches the target, by name; None where none does.
        labelled: Measures by the labels; None without labels, and for a sample of the documents.
    """

    index: str
    effort: str
    k: int
    documents: int
    queries: int
    efforts: tuple[int, ...]
    recall: Mapping[str, tuple[float, ...]]
    reference: int
    target: float
    needed: Mapping[str, int | None]
    labelled: LabelledSearch | None


def search_approximately(
    query_vectors: Mapping[str, Vectors],
    document_vectors: Vectors,
    *,
    kind: IndexKind = HNSW,
    grades: Sequence[Mapping[int, int]] | None = None,
    k: int = 10,
    seed: int = 0,
    progress: Progress = silent,
) -> ApproximateSearch:
    """Build an index and search it with several efforts.

    Larger sets are sampled: 1,000 queries, 100,000 documents.

    Args:
        query_vectors: (queries, dim) by name, the teacher's among them.
        document_vectors: (documents, dim), the teacher's; unit rows, or the inner product is not a cosine.
        kind: Kind of the index.
        grades: Relevance of each query's relevant documents, at least one, by position; None without labels.
        k: Length of the rankings; all documents when there are fewer.
        seed: Seed of the samples.
        progress: Called while the index is built and searched.

    Raises:
        MissingDependencyError: ``faiss`` is not installed.
    """
    random = np.random.default_rng(seed)
    documents = document_vectors[np.sort(random.permutation(len(document_vectors))[:_MOST_DOCUMENTS])]
    chosen = np.sort(random.permutation(len(query_vectors[TEACHER]))[:_MOST_QUERIES])
    k = min(k, len(documents))
    labels = [grades[row] for row in chosen] if grades is not None and len(documents) == len(document_vectors) else None
    with one_thread():
        index = kind.build(documents, progress)
        searches = {
            name: _Queries(index, vectors[chosen], documents, k, kind) for name, vectors in query_vectors.items()
        }
        target = searches[TEACHER].recall(kind.reference)
        return ApproximateSearch(
            index=kind.name,
            effort=kind.effort,
            k=k,
            documents=len(documents),
            queries=len(chosen),
            efforts=kind.efforts,
            recall={name: tuple(map(one.recall, kind.efforts)) for name, one in searches.items()},
            reference=kind.reference,
            target=target,
            needed=_needed(searches, target, kind, (kind.least(k), kind.most(index)), progress),
            labelled=None if labels is None else _judged(searches, labels, kind.efforts),
        )


def _needed(
    searches: Mapping[str, _Queries], target: float, kind: IndexKind, bounds: tuple[int, int], progress: Progress
) -> dict[str, int | None]:
    """The least effort, within its bounds, whose recall reaches the target, by name."""
    needed = {}
    for done, (name, one) in enumerate(searches.items(), start=1):
        needed[name] = least_effort(one.recall, target, lowest=bounds[0], highest=bounds[1])
        progress(f"searching the {kind.name} index", done, len(searches))
    return needed


def found_share(top: Indices, relevant: Sequence[Sequence[int]]) -> float:
    """Mean share of the relevant documents of a query that are in its ranking.

    Args:
        top: Positions of the found documents, (queries, k).
        relevant: Positions of the relevant ones of each query, at least one.
    """
    return float(np.mean([np.isin(wanted, row).mean() for wanted, row in zip(relevant, top, strict=True)]))


def least_effort(recall: Callable[[int], float], target: float, *, lowest: int, highest: int) -> int | None:
    """The least effort whose recall reaches the target: doubled until it does, then bisected.

    Args:
        recall: Recall at an effort; taken to rise with it.
        target: Recall to reach.
        lowest: Least effort to consider.
        highest: Greatest effort to consider.

    Returns:
        The effort; None when not even the greatest reaches the target.
    """
    below, effort = lowest - 1, lowest
    while recall(effort) < target:
        if effort >= highest:
            return None
        below, effort = effort, min(2 * effort, highest)
    while effort - below > 1:
        middle = (below + effort) // 2
        if recall(middle) < target:
            below = middle
        else:
            effort = middle
    return effort


class _Queries:
    """One set of query vectors, searched exactly once and in the index with any effort."""

    def __init__(self, index: Any, query_vectors: Vectors, document_vectors: Vectors, k: int, kind: IndexKind) -> None:
        self._index = index
        self._kind = kind
        self._vectors = np.ascontiguousarray(query_vectors, dtype=np.float32)
        self._k = k
        self.exact, scores = exact_search(self._vectors, document_vectors, k=k)
        self._worst = scores[:, -1:]  # (queries, 1)
        self._found: dict[int, tuple[Vectors, Indices]] = {}

    def top(self, effort: int) -> Indices:
        """Positions of the documents found, (queries, k); -1 where there is none."""
        return self._search(effort)[1]

    def recall(self, effort: int) -> float:
        """Against exact search: a document counts when it is as near as the k-th there, so equal ones are equal."""
        scores, positions = self._search(effort)
        return float(((positions >= 0) & (scores >= self._worst - _TIE)).mean())

    def _search(self, effort: int) -> tuple[Vectors, Indices]:
        if effort not in self._found:
            self._found[effort] = self._index.search(self._vectors, self._k, params=self._kind.settings(effort))
        return self._found[effort]


def _judged(
    searches: Mapping[str, _Queries], grades: Sequence[Mapping[int, int]], efforts: Sequence[int]
) -> LabelledSearch:
    relevant = [list(judged) for judged in grades]
    tops = {name: [one.top(effort) for effort in efforts] for name, one in searches.items()}
    return LabelledSearch(
        recall={name: tuple(found_share(top, relevant) for top in found) for name, found in tops.items()},
        recall_exact={name: found_share(one.exact, relevant) for name, one in searches.items()},
        ndcg={name: tuple(_ndcg(top, grades) for top in found) for name, found in tops.items()},
        ndcg_exact={name: _ndcg(one.exact, grades) for name, one in searches.items()},
    )


def _ndcg(top: Indices, grades: Sequence[Mapping[int, int]]) -> float:
    """Mean nDCG@10 of rankings, (queries, k)."""
    rankings = {str(row): [str(position) for position in found if position >= 0] for row, found in enumerate(top)}
    qrels = {str(row): {str(position): grade for position, grade in one.items()} for row, one in enumerate(grades)}
    return float(measure_rankings(rankings, qrels)["nDCG@10"].mean())

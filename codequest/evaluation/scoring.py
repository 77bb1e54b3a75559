"""Searches with one set of query vectors, and compares what it finds with the teacher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codequest.data.dataset import RetrievalDataset
from codequest.errors import InvalidInputError
from codequest.evaluation.exact_search import Indices, exact_search
from codequest.evaluation.measures import DEPTH, Measure, measure_rankings
from codequest.space import Vectors
from codequest.texts import counted


@dataclass(frozen=True, slots=True)
class SearchResults:
    """Results of one set of query vectors.

    Attributes:
        query_vectors: (queries, dim).
        top: Positions of the best documents, best first, (queries, min(10, documents)).
        scores: Per measure (queries,).
    """

    query_vectors: Vectors
    top: Indices
    scores: Mapping[Measure, npt.NDArray[np.float64]]

    @property
    def means(self) -> dict[str, float]:
        """Mean over the queries of every measure."""
        return {measure: float(values.mean()) for measure, values in self.scores.items()}


def search_dataset(dataset: RetrievalDataset, query_vectors: Vectors, document_vectors: Vectors) -> SearchResults:
    """Search all queries in all documents, and score the rankings.

    Args:
        dataset: Queries, documents and qrels.
        query_vectors: (queries, dim), in the order of the dataset.
        document_vectors: (documents, dim), in the order of the dataset.

    Raises:
        InvalidInputError: Another number of vectors than of texts.
    """
    if len(query_vectors) != len(dataset.queries) or len(document_vectors) != len(dataset.documents):
        raise InvalidInputError(
            f"{dataset.name} has {counted(len(dataset.queries), 'query')} and "
            f"{counted(len(dataset.documents), 'document')}, got {counted(len(query_vectors), 'query vector')} and "
            f"{counted(len(document_vectors), 'document vector')}."
        )
    top, _ = exact_search(query_vectors, document_vectors, k=DEPTH)
    ids = list(dataset.documents)
    rankings = {query: [ids[i] for i in row] for query, row in zip(dataset.queries, top, strict=True)}
    return SearchResults(query_vectors, top, measure_rankings(rankings, dataset.qrels))


def mean_cosine(found: SearchResults, ceiling: SearchResults) -> float:
    """Mean cosine between two vectors of the same query, -1 to 1."""
    from codequest.space import normalized

    return float((normalized(found.query_vectors) * normalized(ceiling.query_vectors)).sum(axis=1).mean())


def mean_overlap(found: SearchResults, ceiling: SearchResults) -> float:
    """Part of the top documents that two searches share, 0 to 1, mean over the queries; order does not count."""
    return float(np.mean([np.isin(*pair).mean() for pair in zip(ceiling.top, found.top, strict=True)]))

"""Search results of competitors: speed without retention is no result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from codequest.bench.result import BenchResult, BenchRow
from codequest.data import RetrievalDataset
from codequest.evaluation.retention import paired_bootstrap
from codequest.evaluation.scoring import SearchResults, search_dataset
from codequest.space import Vectors


def with_retention(
    result: BenchResult, dataset: RetrievalDataset, document_vectors: Vectors, query_vectors: Mapping[str, Vectors]
) -> BenchResult:
    """The result with the nDCG@10 of each competitor, and its ratio to that of the baseline.

    Args:
        result: Speed.
        dataset: What is searched.
        document_vectors: (documents, dim), of the teacher.
        query_vectors: (queries, dim) by name of the competitor.

    Raises:
        DatasetError: The baseline finds nothing.
    """
    found = {
        row.name: search_dataset(dataset, query_vectors[row.name][: len(dataset.queries)], document_vectors)
        for row in result.rows
    }
    rows = tuple(_judged(row, found[row.name], found[result.baseline]) for row in result.rows)
    return replace(result, rows=rows, dataset=dataset.name)


def _judged(row: BenchRow, found: SearchResults, ceiling: SearchResults) -> BenchRow:
    kept = paired_bootstrap(found.scores["nDCG@10"], ceiling.scores["nDCG@10"])
    return replace(
        row,
        ndcg=found.means["nDCG@10"],
        retention=kept.retention,
        retention_low=kept.low,
        retention_high=kept.high,
    )

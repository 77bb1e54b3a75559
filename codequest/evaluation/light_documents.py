"""Measures light documents: what queries find among them, and what among the teacher's vectors of the same texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from codequest.data.dataset import RetrievalDataset
from codequest.encoders.given import GivenEncoder, encoder_given, encoders_given
from codequest.errors import require
from codequest.evaluation.comparison import Sampling, check_comparable, check_dataset, retention_of, summarize
from codequest.evaluation.measurements import Report, ReportRow
from codequest.evaluation.scoring import SearchResults, mean_overlap, search_dataset
from codequest.progress import Progress, silent
from codequest.teachers.base import Teacher
from codequest.teachers.registry import teacher_given

if TYPE_CHECKING:
    from codequest.encoders import QueryEncoder


def compare_documents(
    encoder: GivenEncoder,
    queries: Mapping[str, GivenEncoder],
    teacher: Teacher | str,
    datasets: Sequence[RetrievalDataset],
    *,
    progress: Progress = silent,
) -> Iterator[Report]:
    """Measure an encoder of documents, on one dataset after the other.

    Args:
        encoder: Embeds the documents; it, encoders of queries and the teacher may be given by their own names.
        queries: Encoders of queries, by the name they have in the report.
        teacher: The teacher of all of them, whose documents are the ceiling.
        datasets: What to search.
        progress: Called as work is done.

    Returns:
        Per dataset a report with a row per encoder of queries. Its measures are those among the light documents; its
        retention is nDCG@10 over that of the same queries among the teacher's documents, and its overlap is with what
        these find there. The teacher's row is that of its own queries in its own documents.

    Raises:
        SpaceMismatchError: An encoder belongs to another teacher.
        InvalidInputError: No encoder of queries, or `encoder` was trained for queries alone.
        DatasetError: An encoder finds nothing among the teacher's documents.
    """
    documents, asked, teacher = encoder_given(encoder), encoders_given(queries), teacher_given(teacher)
    check_comparable({**asked, "of the documents": documents}, teacher)
    require("ir_measures", extra="evaluation")
    for dataset in datasets:
        check_dataset(dataset)
        yield _compare(documents, asked, teacher, dataset, progress)


def _compare(
    encoder: QueryEncoder,
    queries: Mapping[str, QueryEncoder],
    teacher: Teacher,
    dataset: RetrievalDataset,
    progress: Progress,
) -> Report:
    sampling = Sampling(latency_queries=0)
    texts, documents = list(dataset.queries.values()), list(dataset.documents.values())
    light = encoder.encode_documents(documents, progress=progress)
    full = teacher.encode_documents(documents, progress=progress)
    vectors = {name: asked.encode(texts, progress=progress) for name, asked in queries.items()}
    found = {name: search_dataset(dataset, asked, light) for name, asked in vectors.items()}
    ceilings = {name: search_dataset(dataset, asked, full) for name, asked in vectors.items()}
    report = summarize(
        queries,
        teacher,
        dataset=dataset.name,
        queries=texts,
        documents=len(documents),
        ceiling=search_dataset(dataset, teacher.encode_queries(texts, progress=progress), full),
        found=found,
        sampling=sampling,
    )
    rows = [_against(row, found[row.name], ceilings[row.name], sampling) for row in report.encoders]
    return replace(report, encoders=tuple(rows))


def _against(row: ReportRow, found: SearchResults, ceiling: SearchResults, sampling: Sampling) -> ReportRow:
    """The row with what was found compared with what the same queries find among the teacher's documents."""
    values: dict[str, Any] = {**retention_of(found, ceiling, sampling), "overlap": mean_overlap(found, ceiling)}
    return replace(row, **values)

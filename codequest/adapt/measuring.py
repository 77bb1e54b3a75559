"""The result of an adaptation, measured on queries that it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codequest.adapt.sources import TeacherSource
from codequest.adapt.stages import Division
from codequest.encoders import QueryEncoder
from codequest.evaluation import Report
from codequest.evaluation.comparison import Sampling, summarize
from codequest.evaluation.exact_search import exact_search
from codequest.evaluation.scoring import SearchResults, search_dataset
from codequest.progress import Progress, silent
from codequest.space import Vectors
from codequest.teachers import ApiTeacher, CachedTeacher, Teacher, VectorsTeacher

_TIMED = 30  # queries
_TOP = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an adaptation.

    Attributes:
        folder: The adapter.
        report: Measurements on queries that were not trained on; None where there was nothing to search.
        trained: Number of queries without labels that it was trained on.
        seconds: Time that everything took, over all runs.
        gained: Name of the validation measure of the last stage, its value half-way and at the end; or None.
    """

    folder: Path
    report: Report | None
    trained: int
    seconds: float
    gained: tuple[str, float, float] | None


def measure(
    encoder: QueryEncoder, source: TeacherSource, division: Division, name: str, *, progress: Progress = silent
) -> Report | None:
    """Retention on the labelled queries that were held out, and how much of the teacher's top ten is found.

    Without labels, or where the teacher finds nothing of what they name, only the latter.

    Returns:
        None where there is neither a labelled query nor a document.
    """
    test, queries = division.test, division.held
    documents = division.documents or source.documents
    if not documents or not queries:
        return None
    document_vectors = source.teacher.encode_documents(documents, progress=progress)
    pair = (source.teacher.encode_queries(queries, progress=progress), encoder.encode(queries))
    ceiling, found = (_searched(vectors, document_vectors) for vectors in pair)
    title = "your documents, queries without labels"
    if test is not None:
        labelled = [search_dataset(test, vectors, document_vectors) for vectors in pair]
        title = test.name
        if labelled[0].scores["nDCG@10"].any():
            ceiling, found = labelled
    return summarize(
        {name: encoder},
        _without_api(source.teacher),
        dataset=title,
        queries=queries,
        documents=len(documents),
        ceiling=ceiling,
        found={name: found},
        sampling=Sampling(latency_queries=_TIMED),
        progress=progress,
    )


def _without_api(teacher: Teacher) -> Teacher:
    """The teacher, unless its time would be that of paid requests."""
    model = teacher.teacher if isinstance(teacher, CachedTeacher) else teacher
    return VectorsTeacher(teacher.space) if isinstance(model, ApiTeacher) else teacher


def _searched(queries: Vectors, documents: Vectors) -> SearchResults:
    """What is found, without labels to score it by."""
    return SearchResults(queries, exact_search(queries, documents, k=_TOP)[0], {})

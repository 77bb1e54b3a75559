"""The result of an adaptation, measured on queries that it was not trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
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
        report: Measurements on queries that were not trained on, of the adapter and of the one it started from where
            that is of this space as well; None where there was nothing to search.
        trained: Number of queries without labels that it was trained on.
        seconds: Time that everything took, over all runs.
        gained: Name of the validation measure of the last stage, its value half-way and at the end; or None.
    """

    folder: Path
    report: Report | None
    trained: int
    seconds: float
    gained: tuple[str, float, float] | None

    @property
    def better_start(self) -> str | None:
        """Name of the encoder that it started from, where that one finds more of what it was measured on."""
        if self.report is None or len(self.report.encoders) < 2:
            return None
        trained, start = (row.overlap if row.retention is None else row.retention for row in self.report.encoders)
        return self.report.encoders[1].name if (start or 0) > (trained or 0) else None


def measure(
    encoders: Mapping[str, QueryEncoder], source: TeacherSource, division: Division, *, progress: Progress = silent
) -> Report | None:
    """Retention on the labelled queries that were held out, and how much of the teacher's top ten is found.

    Without labels, or where the teacher finds nothing of what they name, only the latter.

    Args:
        encoders: The one that was trained, and others to compare it with, by name.
        source: The teacher.
        division: What is measured on.
        progress: Called while the teacher embeds.

    Returns:
        None where there is neither a labelled query nor a document.
    """
    test, queries = division.test, division.held
    documents = division.documents or source.documents
    if not documents or not queries:
        return None
    document_vectors = source.teacher.encode_documents(documents, progress=progress)
    teacher_vectors = source.teacher.encode_queries(queries, progress=progress)
    title, search = "your documents, queries without labels", _searched
    ceiling = search(teacher_vectors, document_vectors)
    if test is not None:
        labelled = search_dataset(test, teacher_vectors, document_vectors)
        title = test.name
        if labelled.scores["nDCG@10"].any():
            ceiling, search = labelled, partial(search_dataset, test)
    return summarize(
        encoders,
        _without_api(source.teacher),
        dataset=title,
        queries=queries,
        documents=len(documents),
        ceiling=ceiling,
        found={name: search(encoder.encode(queries), document_vectors) for name, encoder in encoders.items()},
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

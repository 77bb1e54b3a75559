"""Every search that a report looks at, done once: the teacher's and each encoder's queries in all documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from codequest.errors import SpaceMismatchError, TeacherError
from codequest.evaluation.exact_search import Indices, exact_search
from codequest.evaluation.measures import DEPTH, measure_rankings
from codequest.evaluation.scoring import SearchResults
from codequest.progress import Progress
from codequest.report.approximate.effort import found_share
from codequest.report.disagreement import FoundDocuments
from codequest.report.named_encoders import TEACHER
from codequest.report.report_data import ReportData
from codequest.space import Vectors, match_rows

if TYPE_CHECKING:
    from codequest.encoders import QueryEncoder
    from codequest.teachers import Teacher

_DEEP = 100
_SAMPLES = 8  # documents that are embedded again, to see whether stored vectors are the teacher's


@dataclass(frozen=True, slots=True)
class Searches:
    """Results of the teacher and the encoders; mappings are by name, the teacher first.

    Attributes:
        document_vectors: (documents, dim).
        results: The first ten documents of every query, with their measures where there are labels.
        deep: Positions of the first hundred documents, (queries, min(100, documents)).
        scores: Their inner products, of the same shape.
        notes: Doubts about the stored vectors.
    """

    document_vectors: Vectors
    results: Mapping[str, SearchResults]
    deep: Mapping[str, Indices]
    scores: Mapping[str, Vectors]
    notes: tuple[str, ...]

    @property
    def query_vectors(self) -> dict[str, Vectors]:
        """Query vectors of the teacher and the encoders, (queries, dim)."""
        return {name: result.query_vectors for name, result in self.results.items()}

    @property
    def teacher_vectors(self) -> Vectors:
        """(queries, dim) of the teacher."""
        return self.results[TEACHER].query_vectors

    @property
    def encoder_vectors(self) -> dict[str, Vectors]:
        """(queries, dim) of the encoders."""
        return {name: vectors for name, vectors in self.query_vectors.items() if name != TEACHER}

    def ranking(self, name: str) -> FoundDocuments:
        """Results of one of them, query by query."""
        return FoundDocuments(
            self.results[name].top, self.scores[name][:, :DEPTH], self.results[name].scores.get("nDCG@10")
        )

    def recall_at_100(self, data: ReportData) -> dict[str, float] | None:
        """Mean share of the relevant documents among the first hundred, by name; None without labels."""
        relevant = data.relevant_positions()
        return None if relevant is None else {name: found_share(deep, relevant) for name, deep in self.deep.items()}


def search_everything(
    encoders: Mapping[str, QueryEncoder], teacher: Teacher, data: ReportData, *, progress: Progress
) -> Searches:
    """Embed what is not embedded yet, and search.

    Raises:
        SpaceMismatchError: The stored vectors are not the teacher's.
    """
    texts = list(data.queries.values())
    document_vectors, notes = _document_vectors(teacher, data, progress)
    vectors = {TEACHER: teacher.encode_queries(texts, progress=progress)}
    for name, encoder in encoders.items():
        vectors[name] = encoder.encode(texts, progress=progress)
    deep, scores = {}, {}
    for done, (name, query_vectors) in enumerate(vectors.items(), start=1):
        deep[name], scores[name] = exact_search(query_vectors, document_vectors, k=_DEEP)
        progress("searching exactly", done, len(vectors))
    results = {name: _measured(data, vectors[name], top[:, :DEPTH]) for name, top in deep.items()}
    return Searches(document_vectors, results, deep, scores, notes)


def _measured(data: ReportData, query_vectors: Vectors, top: Indices) -> SearchResults:
    if data.qrels is None:
        return SearchResults(query_vectors, top, {})
    ids = list(data.documents)
    rankings = {query: [ids[i] for i in row] for query, row in zip(data.queries, top, strict=True)}
    return SearchResults(query_vectors, top, measure_rankings(rankings, data.qrels))


def _document_vectors(teacher: Teacher, data: ReportData, progress: Progress) -> tuple[Vectors, tuple[str, ...]]:
    if data.document_vectors is None:
        texts = [text or "" for text in data.documents.values()]
        return teacher.encode_documents(texts, progress=progress), ()
    teacher.space.check_vectors(data.document_vectors)
    return data.document_vectors, _doubts(teacher, data, data.document_vectors)


def _doubts(teacher: Teacher, data: ReportData, stored: Vectors) -> tuple[str, ...]:
    """Embed a few documents again, since a model of the same dim passes every check of shapes; what is odd then.

    Raises:
        SpaceMismatchError: The stored vectors are not the teacher's.
    """
    known = [(row, text) for row, text in enumerate(data.documents.values()) if text]
    sample = [known[i] for i in np.linspace(0, len(known) - 1, min(_SAMPLES, len(known)), dtype=int)]
    if not sample:
        return ()
    try:
        again = teacher.encode_documents([text for _, text in sample])
    except TeacherError:  # stored vectors, of other texts
        return ()
    match = match_rows(stored[[row for row, _ in sample]], again)
    if not match.related:
        raise SpaceMismatchError(
            f"The stored document vectors are not those of {teacher.space.teacher}: {len(sample)} documents embedded "
            f"again have a mean cosine of {match.mean:.2f} to their rows. Is it the right teacher, and row i that of "
            "document i?"
        )
    if match.same:
        return ()
    return (
        f"{len(sample)} documents embedded again have a mean cosine of only {match.mean:.2f} to their stored "
        f"vectors, and a least of {match.worst:.2f}: the index may hold other texts, or come from other settings "
        "of the teacher.",
    )

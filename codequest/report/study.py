"""Study: everything a report shows, measured once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from codequest.data import RetrievalDataset
from codequest.encoders.given import GivenEncoder, encoders_given
from codequest.errors import InvalidInputError, require
from codequest.evaluation import Report
from codequest.evaluation.comparison import CONFIDENCE, Sampling, check_comparable, summarize
from codequest.files import readable_json
from codequest.progress import Progress, silent
from codequest.report.agreement import Agreement, measure_agreement, overlap_by_query
from codequest.report.approximate.effort import ApproximateSearch, search_approximately
from codequest.report.complexity import Tradeoff
from codequest.report.disagreement import Disagreement, find_disagreements
from codequest.report.hubness import Hubness, measure_hubness
from codequest.report.layout import Layout, embed_in_plane
from codequest.report.likeness import Likeness, measure_likeness
from codequest.report.named_encoders import TEACHER
from codequest.report.report_data import ReportData, checked_data
from codequest.report.searches import Searches, search_everything
from codequest.report.tradeoffs import find_tradeoffs
from codequest.report.verdict import Verdict, reach_verdict
from codequest.teachers.registry import teacher_given
from codequest.texts import counted

if TYPE_CHECKING:
    from codequest.encoders import QueryEncoder
    from codequest.teachers import Teacher

SCHEMA = "codequest.report"
SCHEMA_VERSION = 3

_FEW_QUERIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Everything measured; mappings are by name of the encoder, and `codequest.report.TEACHER` where the teacher is in.

    Attributes:
        report: Quality, retention, latency and cost, as `codequest.evaluation.compare` reports them.
        labelled: Whether quality was measured with labels; otherwise the teacher's own results stand for them.
        verdict: The result in words.
        recall_at_100: Mean share of the relevant documents in the first hundred; None without labels.
        agreement: What each encoder finds of what the teacher finds.
        tradeoffs: Quality against cost, two qualities for each cost that is known.
        layout: Vectors in the plane.
        likeness: Cosine to the teacher's vectors.
        hubness: How unevenly documents are found.
        hnsw: Approximate search in an HNSW index.
        disagreements: Queries to read.
        notes: What could not be shown as usual, and why.
    """

    report: Report
    labelled: bool
    verdict: Verdict
    recall_at_100: Mapping[str, float] | None
    agreement: Mapping[str, Agreement]
    tradeoffs: tuple[Tradeoff, ...]
    layout: Layout
    likeness: Mapping[str, Likeness]
    hubness: Mapping[str, Hubness]
    hnsw: ApproximateSearch
    disagreements: Mapping[str, tuple[Disagreement, ...]]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON; ``report`` within it is what `Report.from_json` reads."""
        return {
            "schema": SCHEMA,
            "schema_version": SCHEMA_VERSION,
            **{name: getattr(self, name) for name in ("labelled", "recall_at_100", "notes")},
            "report": self.report.to_dict(),
            **{name: asdict(getattr(self, name)) for name in ("verdict", "layout", "hnsw")},
            **{
                name: {key: asdict(value) for key, value in getattr(self, name).items()}
                for name in ("agreement", "likeness", "hubness")
            },
            "tradeoffs": [asdict(one) for one in self.tradeoffs],
            "disagreements": {name: [asdict(one) for one in found] for name, found in self.disagreements.items()},
        }

    def to_json(self) -> str:
        """JSON with sorted keys."""
        return readable_json(self.to_dict())


def run_study(
    encoders: Mapping[str, GivenEncoder],
    teacher: Teacher | str,
    data: ReportData | RetrievalDataset,
    *,
    sampling: Sampling,
    progress: Progress = silent,
) -> Study:
    """Measure everything that a report shows.

    Args:
        encoders: By the name they have in the report; an encoder may be given by its own name or folder.
        teacher: The teacher of all of them, best one with a cache; by its name, it is loaded with one.
        data: What to search; without labels the teacher's own results stand for them.
        sampling: How many queries are timed, and how intervals, samples and the map are drawn.
        progress: Called as work is done.

    Raises:
        SpaceMismatchError: An encoder or the stored vectors belong to another teacher.
        InvalidInputError: No encoder, or one with the name of the teacher.
        MissingDependencyError: The extra ``report`` is not installed.
    """
    data = checked_data(data)
    loaded, teacher = encoders_given(encoders), teacher_given(teacher)
    _check(loaded, teacher)
    found = search_everything(loaded, teacher, data, progress=progress)
    report = summarize(
        loaded,
        teacher,
        dataset=data.name,
        queries=list(data.queries.values()),
        documents=len(data.documents),
        ceiling=found.results[TEACHER],
        found=found.results,
        sampling=sampling,
        progress=progress,
    )
    return _study(report, data, found, sampling, progress)


def _study(report: Report, data: ReportData, found: Searches, sampling: Sampling, progress: Progress) -> Study:
    """Everything that follows from the searches."""
    ceiling, seed = found.results[TEACHER], report.seed
    agreement = {
        row.name: measure_agreement(
            found.results[row.name].top, ceiling.top, resamples=report.resamples, seed=seed, confidence=CONFIDENCE
        )
        for row in report.encoders
    }
    tradeoffs = tuple(find_tradeoffs(report, agreement))
    progress("placing vectors in the plane", 0, 1)
    layout = embed_in_plane(found.encoder_vectors, ceiling.query_vectors, found.document_vectors, seed=seed)
    progress("placing vectors in the plane", 1, 1)
    labelled = data.qrels is not None
    return Study(
        report=report,
        labelled=labelled,
        verdict=reach_verdict(report, agreement, tradeoffs),
        recall_at_100=found.recall_at_100(data),
        agreement=agreement,
        tradeoffs=tradeoffs,
        layout=layout,
        likeness={
            name: measure_likeness(vectors, ceiling.query_vectors) for name, vectors in found.encoder_vectors.items()
        },
        hubness={name: measure_hubness(one.top, len(data.documents)) for name, one in found.results.items()},
        hnsw=search_approximately(
            found.query_vectors,
            found.document_vectors,
            grades=data.grades(),
            seed=seed,
            progress=progress,
        ),
        disagreements={row.name: _disagreements(data, found, row.name) for row in report.encoders},
        notes=(*_notes(report, labelled, layout, sampling), *found.notes),
    )


def _check(encoders: Mapping[str, QueryEncoder], teacher: Teacher) -> None:
    if TEACHER in encoders:
        raise InvalidInputError(f"The name {TEACHER!r} stands for the teacher itself; give the encoder another one.")
    check_comparable(encoders, teacher)
    for module in ("sklearn.manifold", "faiss", "matplotlib"):
        require(module, extra="report")


def _disagreements(data: ReportData, found: Searches, name: str) -> tuple[Disagreement, ...]:
    overlaps = overlap_by_query(found.results[name].top, found.results[TEACHER].top)
    return find_disagreements(data, found.ranking(name), found.ranking(TEACHER), overlaps)


def _notes(report: Report, labelled: bool, layout: Layout, sampling: Sampling) -> Iterator[str]:
    if not labelled:
        yield (
            "There are no labels for these queries. What is compared is how much of the teacher's own first ten "
            "results an encoder finds."
        )
    if layout.method == "PCA":
        points = len(layout.documents) + len(layout.queries) * len(layout.query_points)
        yield f"The map is a PCA: {points} points are too few for t-SNE, which needs at least 30."
    if not report.latency_queries:
        yield "Latency was not measured; speed is compared by floating-point operations."
    elif report.teacher.latency_p50_ms is None:
        yield "The teacher's latency is unknown: its vectors were stored, and no model embeds new queries here."
    asked = min(sampling.latency_queries, report.queries)
    if report.latency_queries < asked:
        yield (
            f"Latency is of {counted(report.latency_queries, 'query')}, not of {asked}: more would take over half a "
            "minute."
        )
    if report.queries < _FEW_QUERIES:
        yield (
            f"Only {counted(report.queries, 'query')}: encoders whose intervals overlap may well be equal. Measure on "
            "more."
        )
    for row in report.encoders:
        if not row.flops:
            yield f"{row.name} counts no floating-point operations and has no place on that axis."

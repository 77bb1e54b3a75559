"""Measures encoders against their teacher on one dataset.

The teacher embeds documents and queries once; its own queries are the ceiling. Its latency is that of the model, not
of a cache around it, and is unknown for a teacher that cannot embed new texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from codequest.arguments import whole_number
from codequest.data.dataset import RetrievalDataset
from codequest.encoders.given import GivenEncoder, encoder_given, encoders_given
from codequest.errors import InvalidInputError, TeacherError, require
from codequest.evaluation.latency import Latency, measure_latency
from codequest.evaluation.measurements import Report, ReportRow
from codequest.evaluation.retention import paired_bootstrap
from codequest.evaluation.scoring import SearchResults, mean_cosine, mean_overlap, search_dataset
from codequest.machine import describe_machine, describe_versions
from codequest.progress import Progress, silent
from codequest.teachers.base import Teacher, innermost, local_model
from codequest.teachers.registry import teacher_given
from codequest.texts import shown

if TYPE_CHECKING:
    from codequest.encoders import QueryEncoder
    from codequest.encoders.cost import EncoderCost

CONFIDENCE = 0.95
"""Confidence of every interval in a report."""
_TOKENS = 12  # of the query that costs are counted for; special tokens included, prompts not
_UNKNOWN_TEXT = "codequest times a teacher that can embed this text"


@dataclass(frozen=True, slots=True)
class Sampling:
    """Everything of a comparison that is drawn at random.

    Attributes:
        latency_queries: Most queries to time, in half a minute; 0 leaves latency out.
        resamples: Bootstrap resamples for the interval of the retention.
        seed: Seed of the bootstrap and of the choice of queries to time.
    """

    latency_queries: int = 50
    resamples: int = 10_000
    seed: int = 0

    def __post_init__(self) -> None:
        whole_number(self.latency_queries, "latency_queries", least=0)
        whole_number(self.resamples, "resamples")
        whole_number(self.seed, "seed", least=0)


def evaluate(
    encoder: GivenEncoder,
    teacher: Teacher | str,
    dataset: RetrievalDataset,
    *,
    latency_queries: int = 50,
    resamples: int = 10_000,
    seed: int = 0,
    progress: Progress = silent,
) -> Report:
    """Measure one encoder; arguments and results as in `compare`, where its name is its kind."""
    loaded = encoder_given(encoder)
    return compare(
        {loaded.kind: loaded},
        teacher,
        dataset,
        latency_queries=latency_queries,
        resamples=resamples,
        seed=seed,
        progress=progress,
    )


def compare(
    encoders: Mapping[str, GivenEncoder],
    teacher: Teacher | str,
    dataset: RetrievalDataset,
    *,
    latency_queries: int = 50,
    resamples: int = 10_000,
    seed: int = 0,
    progress: Progress = silent,
) -> Report:
    """Measure encoders: quality, likeness to the teacher, latency and cost.

    Args:
        encoders: By the name they have in the report; an encoder may be given by its own name or folder.
        teacher: The teacher of all of them; by its name, it is loaded with its cache.
        dataset: What to search.
        latency_queries: Most queries to time, in half a minute; 0 leaves latency out.
        resamples: Bootstrap resamples for the interval of the retention.
        seed: Seed of the bootstrap and of the choice of queries to time.
        progress: Called as work is done.

    Raises:
        SpaceMismatchError: An encoder belongs to another teacher.
        DatasetError: The teacher finds nothing in this dataset.
        InvalidInputError: No encoder, what is no encoder, teacher or dataset, or an argument out of its range.
    """
    sampling = Sampling(latency_queries, resamples, seed)
    check_dataset(dataset)
    loaded, teacher = encoders_given(encoders), teacher_given(teacher)
    check_comparable(loaded, teacher)
    require("ir_measures", extra="evaluation")
    texts = list(dataset.queries.values())
    document_vectors = teacher.encode_documents(list(dataset.documents.values()), progress=progress)
    ceiling = search_dataset(dataset, teacher.encode_queries(texts, progress=progress), document_vectors)
    found = {
        name: search_dataset(dataset, encoder.encode(texts, progress=progress), document_vectors)
        for name, encoder in loaded.items()
    }
    return summarize(
        loaded,
        teacher,
        dataset=dataset.name,
        queries=texts,
        documents=len(document_vectors),
        ceiling=ceiling,
        found=found,
        sampling=sampling,
        progress=progress,
    )


def compare_each(
    encoders: Mapping[str, GivenEncoder],
    teacher: Teacher | str,
    datasets: Sequence[RetrievalDataset],
    *,
    latency_queries: int = 50,
    progress: Progress = silent,
) -> Iterator[Report]:
    """Reports of `compare` on one dataset after the other; latency is measured on the first one only."""
    loaded = encoders_given(encoders)
    for number, dataset in enumerate(datasets):
        timed = 0 if number else latency_queries
        yield compare(loaded, teacher, dataset, latency_queries=timed, progress=progress)


def summarize(
    encoders: Mapping[str, QueryEncoder],
    teacher: Teacher,
    *,
    dataset: str,
    queries: Sequence[str],
    documents: int,
    ceiling: SearchResults,
    found: Mapping[str, SearchResults],
    sampling: Sampling,
    progress: Progress = silent,
) -> Report:
    """The report of searches that are done, after the latency is measured.

    Args:
        encoders: By the name they have in the report.
        teacher: The teacher of all of them.
        dataset: Name of what was searched.
        queries: The queries.
        documents: How many documents they were searched in.
        ceiling: Results of the teacher's own queries; without labels there are no scores, and no retention.
        found: What each encoder finds, by name.
        sampling: How many queries are timed, and how intervals are drawn.
        progress: Called as work is done.

    Raises:
        DatasetError: The teacher finds nothing in this dataset.
    """
    rows = {name: _encoder_row(name, encoder, found[name], ceiling, sampling) for name, encoder in encoders.items()}
    drawn = np.random.default_rng(sampling.seed).permutation(len(queries))[: sampling.latency_queries]
    timed = [queries[i] for i in drawn]
    latencies = _latencies(encoders, teacher, timed, progress)
    return Report(
        dataset=dataset,
        queries=len(queries),
        documents=documents,
        teacher=ReportRow(**_teacher_row(teacher, ceiling), **_timing(latencies, None)),
        encoders=tuple(ReportRow(**row, **_timing(latencies, name)) for name, row in rows.items()),
        space=teacher.space.fingerprint,
        seed=sampling.seed,
        resamples=sampling.resamples,
        confidence=CONFIDENCE,
        latency_queries=max((one.queries for one in latencies.values()), default=0),
        machine={**describe_machine(), **_number_format(teacher)},
        versions=describe_versions(),
    )


def check_comparable(encoders: Mapping[str, QueryEncoder], teacher: Teacher) -> None:
    """Refuse, before the teacher embeds a corpus, what cannot be compared; arguments and errors as in `compare`."""
    for name, encoder in encoders.items():
        teacher.space.check(encoder.space, context=f"Encoder {name!r} cannot be evaluated against this teacher")


def check_dataset(dataset: object) -> None:
    """Refuse what is no dataset, such as the name of one.

    Raises:
        InvalidInputError: It is none.
    """
    if not isinstance(dataset, RetrievalDataset):
        raise InvalidInputError(
            f"Expected a RetrievalDataset, got {type(dataset).__name__}: {shown(dataset)}. Load one with "
            "codequest.load_beir(folder, split='dev'), or make it of your own queries, documents and qrels."
        )


def _encoder_row(
    name: str, encoder: QueryEncoder, found: SearchResults, ceiling: SearchResults, sampling: Sampling
) -> dict[str, Any]:
    """The values of a `ReportRow` for an encoder, latency left out."""
    return {
        "name": name,
        "kind": encoder.source_kind,
        "measures": found.means,
        **retention_of(found, ceiling, sampling),
        "cosine": mean_cosine(found, ceiling),
        "overlap": mean_overlap(found, ceiling),
        **asdict(encoder.cost(tokens=_TOKENS)),
    }


def retention_of(found: SearchResults, ceiling: SearchResults, sampling: Sampling) -> dict[str, float]:
    """The retention fields of a `ReportRow`, of what was found and what could be; none without labels."""
    if not ceiling.scores:
        return {}
    scores = (found.scores["nDCG@10"], ceiling.scores["nDCG@10"])
    kept = paired_bootstrap(*scores, resamples=sampling.resamples, seed=sampling.seed, confidence=CONFIDENCE)
    return {"retention": kept.retention, "retention_low": kept.low, "retention_high": kept.high}


def _teacher_row(teacher: Teacher, ceiling: SearchResults) -> dict[str, Any]:
    """The values of a `ReportRow` for the teacher, without latency; only a local model has a known cost."""
    known = teacher_cost(teacher)
    cost = asdict(known) if known else {}
    return {"name": teacher.space.teacher, "kind": "teacher", "measures": ceiling.means, **cost}


def teacher_cost(teacher: Teacher) -> EncoderCost | None:
    """What one query costs a model on this machine, by the query that encoders are counted by; None of others."""
    from codequest.encoders.cost import backbone_cost

    model = local_model(teacher)
    return backbone_cost(model.backbone, (), tokens=_TOKENS) if model else None


def _number_format(teacher: Teacher) -> dict[str, str]:
    """Number format of a model on this machine; vectors that a cache had before may be of another format."""
    model = local_model(teacher)
    return {"teacher": model.precision} if model else {}


def _latencies(
    encoders: Mapping[str, QueryEncoder], teacher: Teacher, queries: list[str], progress: Progress
) -> dict[str, Latency]:
    if not queries:
        return {}
    timed: dict[str, Callable[[str], Any]] = {_key(name): encoder.encode for name, encoder in encoders.items()}
    model = _timed(teacher)
    try:
        model.encode_queries([_UNKNOWN_TEXT])
        timed[_key(None)] = lambda query: model.encode_queries([query])
    except TeacherError:  # stored vectors: looking them up says nothing about the model
        pass
    return measure_latency(timed, queries, progress=progress)


def _timed(teacher: Teacher) -> Teacher:
    """The teacher itself in torch: as the encoders run, and runtimes slow each other down within one process."""
    model = local_model(teacher)
    return model.in_torch() if model else innermost(teacher)


def _key(name: str | None) -> str:
    return "teacher" if name is None else f"encoder {name}"


def _timing(latencies: Mapping[str, Latency], name: str | None) -> dict[str, Any]:
    """The latency fields of the row of an encoder, or of the teacher, which is not an encoder and has no name."""
    latency, base = latencies.get(_key(name)), latencies.get(_key(None))
    if latency is None:
        return {}
    return {
        "latency_p50_ms": latency.p50_ms,
        "latency_p95_ms": latency.p95_ms,
        "speedup": base.p50_ms / latency.p50_ms if base and name is not None else None,
    }

"""The demo: embed real code with a teacher, search it with light encoders, measure what they keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codequest.demo.corpus import StandardLibrary, standard_library
from codequest.encoders import QueryEncoder, TrainableQueryEncoder
from codequest.errors import InvalidInputError
from codequest.evaluation import Report, compare
from codequest.evaluation.exact_search import exact_search
from codequest.files import cache_root
from codequest.progress import Progress, silent
from codequest.space import Vectors
from codequest.teachers import CachedTeacher, Teacher, load_teacher
from codequest.training import DistillationConfig, DistillationTrainer, digest

TEACHER = "sentence-transformers/all-mpnet-base-v2"
ADAPTERS = ("static", "minilm-projection", "minilm-l3-lora", "minilm-lora")
"""Those that come with codequest; the last one searches."""

DEMO_QUERIES = (
    "copy a whole directory to another place",
    "turn an ISO 8601 string into a date",
    "unpack an archive of compressed files",
    "wait until several coroutines are finished",
    "is this IP address in a private network",
)

_REFINEMENT = DistillationConfig(
    losses={"infonce": 1.0, "kl": 1.0, "cosine": 1.0},
    epochs=3,
    batch_size=32,
    learning_rate=2e-4,
    temperature=0.05,
    evaluations=3,
)


@dataclass(frozen=True, slots=True)
class FoundFunction:
    """One found function.

    Attributes:
        location: ``path:line``, relative to the standard library.
        name: Qualified name of the function.
        score: Cosine.
    """

    location: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Result of the demo.

    Attributes:
        library: The corpus.
        report: Teacher against encoders on the test modules.
        searches: Per query the teacher's hits and those of the encoder named `searcher`.
        searcher: Name of an encoder of the report.
        trained: Folder of the adapter that was trained, or None.
    """

    library: StandardLibrary
    report: Report
    searches: dict[str, tuple[list[FoundFunction], list[FoundFunction]]]
    searcher: str
    trained: Path | None


def run_demo(*, library: StandardLibrary | None = None, train: bool = False, progress: Progress = silent) -> DemoResult:
    """Run it; what was computed before is taken from the cache.

    Args:
        library: The corpus; the running interpreter's standard library by default.
        train: Also refine an adapter on the library's training modules.
        progress: Called during everything that takes long.
    """
    library = library or standard_library()
    teacher = CachedTeacher(load_teacher(f"auto:{TEACHER}"))
    document_vectors = teacher.encode_documents(list(library.test.documents.values()), progress=progress)
    encoders: dict[str, QueryEncoder] = {name: QueryEncoder.from_pretrained(name) for name in ADAPTERS}
    trained = None
    if train:
        name = f"{ADAPTERS[-1]}, refined"
        trained = cache_root() / "demo" / _run_digest(library, teacher, encoders[ADAPTERS[-1]])
        encoders[name] = _refined(trained, library, teacher, progress)
    searcher = list(encoders)[-1]
    reference = CachedTeacher(load_teacher(TEACHER))
    report = compare(encoders, reference, library.test, latency_queries=30, progress=progress)
    teacher_vectors = reference.encode_queries(list(DEMO_QUERIES), progress=progress)
    encoder_vectors = encoders[searcher].encode(DEMO_QUERIES)
    return DemoResult(
        library=library,
        report=report,
        searches=_side_by_side(teacher_vectors, encoder_vectors, document_vectors, library),
        searcher=searcher,
        trained=trained,
    )


def _run_digest(library: StandardLibrary, teacher: Teacher, start: QueryEncoder) -> str:
    """Names what the adapter depends on, so that one of other code, data or models is not taken for it."""
    data = [dict(library.train.queries), dict(library.train.documents), dict(library.test.queries)]
    return digest(teacher.space.fingerprint, start.training, _REFINEMENT.to_dict(), data)


def _refined(folder: Path, library: StandardLibrary, teacher: Teacher, progress: Progress) -> QueryEncoder:
    """The adapter from an earlier run, or the one that comes with codequest, refined on this code's own pairs."""
    if folder.is_dir():
        return QueryEncoder.from_pretrained(folder)
    encoder = QueryEncoder.from_pretrained(ADAPTERS[-1])
    if not isinstance(encoder, TrainableQueryEncoder):
        raise InvalidInputError(f"A {encoder.kind} encoder has nothing to train; the demo refines {ADAPTERS[-1]}.")
    tested = list(library.test.queries.values())
    DistillationTrainer(
        encoder, teacher, [], config=_REFINEMENT, pairs=library.train, exclude=tested, progress=progress
    ).train()
    encoder.save_pretrained(folder)
    return encoder


def _side_by_side(
    teacher_vectors: Vectors, encoder_vectors: Vectors, document_vectors: Vectors, library: StandardLibrary
) -> dict[str, tuple[list[FoundFunction], list[FoundFunction]]]:
    found = [_hits(vectors, document_vectors, library) for vectors in (teacher_vectors, encoder_vectors)]
    return {query: (left, right) for query, left, right in zip(DEMO_QUERIES, *found, strict=True)}


def _hits(
    query_vectors: Vectors, document_vectors: Vectors, library: StandardLibrary, k: int = 3
) -> list[list[FoundFunction]]:
    indices, scores = exact_search(query_vectors, document_vectors, k=k)
    ids: Sequence[str] = list(library.test.documents)
    return [
        [
            FoundFunction(ids[index], library.functions[ids[index]].name, float(score))
            for index, score in zip(row, cosines, strict=True)
        ]
        for row, cosines in zip(indices, scores, strict=True)
    ]

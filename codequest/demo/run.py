"""The demo: embed real code with a teacher, train two light encoders, measure them, search with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from codequest.demo.corpus import StandardLibrary, standard_library
from codequest.encoders import (
    LoRAQueryEncoder,
    ProjectionQueryEncoder,
    QuantizedQueryEncoder,
    QueryEncoder,
    TrainableQueryEncoder,
)
from codequest.evaluation import Report, compare
from codequest.evaluation.search import exact_search
from codequest.progress import Progress, silent
from codequest.space import Vectors
from codequest.teachers import CachedTeacher, Teacher, load_teacher
from codequest.training import DistillationConfig, DistillationTrainer, digest
from codequest.weights import cache_root

TEACHER = "sentence-transformers/all-mpnet-base-v2"
BASE = "sentence-transformers/all-MiniLM-L6-v2"

DEMO_QUERIES = (
    "copy a whole directory to another place",
    "turn an ISO 8601 string into a date",
    "unpack an archive of compressed files",
    "wait until several coroutines are finished",
    "is this IP address in a private network",
)

_REGRESSION = DistillationConfig(epochs=3, batch_size=32, learning_rate=5e-4, evaluations=3)
_REFINEMENT = DistillationConfig(
    losses={"infonce": 1.0, "kl": 1.0, "cosine": 1.0},
    epochs=3,
    batch_size=32,
    learning_rate=2e-4,
    temperature=0.05,
    evaluations=3,
)


@dataclass(frozen=True, slots=True)
class Hit:
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
    """What the demo did.

    Attributes:
        library: The corpus.
        report: Teacher against encoders on the test modules.
        searches: Per query the teacher's hits and the LoRA encoder's.
        adapters: Folders of the trained adapters, by name.
    """

    library: StandardLibrary
    report: Report
    searches: dict[str, tuple[list[Hit], list[Hit]]]
    adapters: dict[str, Path]


def run_demo(*, library: StandardLibrary | None = None, progress: Progress = silent) -> DemoResult:
    """Run it; what was computed before is taken from the cache.

    Args:
        library: The corpus; the running interpreter's standard library by default.
        progress: Called during everything that takes long.
    """
    library = library or standard_library()
    teacher = CachedTeacher(load_teacher(f"auto:{TEACHER}"))
    document_vectors = teacher.encode_documents(list(library.test.documents.values()), progress=progress)
    home = cache_root() / "demo" / _run_digest(library, teacher)
    encoders: dict[str, QueryEncoder] = {
        "quantized nf4": QuantizedQueryEncoder.create(space=teacher.space, precision="nf4")
    }
    for name in ("projection", "lora"):
        encoders[name] = _trained(name, home / name, library, teacher, progress)
    reference = CachedTeacher(load_teacher(TEACHER))
    report = compare(encoders, reference, library.test, latency_queries=30, progress=progress)
    teacher_vectors = reference.encode_queries(list(DEMO_QUERIES), progress=progress)
    return DemoResult(
        library=library,
        report=report,
        searches=_side_by_side(teacher_vectors, encoders["lora"].encode(DEMO_QUERIES), document_vectors, library),
        adapters={name: home / name for name in ("projection", "lora")},
    )


def _run_digest(library: StandardLibrary, teacher: Teacher) -> str:
    """Names what the adapters depend on, so that those of other code, data or models are not taken for these."""
    configs = [config.to_dict() for name in ("lora", "projection") for config in _configs(name)]
    data = [library.queries, dict(library.train.documents), dict(library.test.queries)]
    return digest(metadata.version("codequest"), teacher.space.fingerprint, BASE, configs, data)


def _configs(name: str) -> tuple[DistillationConfig, DistillationConfig]:
    if name == "lora":
        return _REGRESSION, _REFINEMENT
    return replace(_REGRESSION, epochs=20, learning_rate=1e-3), replace(_REFINEMENT, epochs=10)


def _trained(name: str, folder: Path, library: StandardLibrary, teacher: Teacher, progress: Progress) -> QueryEncoder:
    """The adapter from an earlier run, or a new one: regression first, then refinement against frozen documents."""
    if folder.is_dir():
        return QueryEncoder.from_pretrained(folder)
    kind = LoRAQueryEncoder if name == "lora" else ProjectionQueryEncoder
    encoder: TrainableQueryEncoder = kind.create(BASE, space=teacher.space)

    def named(description: str, done: int, total: int) -> None:
        progress(f"{name}: {description}", done, total)

    regression, refinement = _configs(name)
    tested = list(library.test.queries.values())
    for queries, pairs, config in ((library.queries, None, regression), ([], library.train, refinement)):
        DistillationTrainer(
            encoder, teacher, queries, config=config, pairs=pairs, exclude=tested, progress=named
        ).train()
    encoder.save_pretrained(folder)
    return encoder


def _side_by_side(
    teacher_vectors: Vectors, encoder_vectors: Vectors, document_vectors: Vectors, library: StandardLibrary
) -> dict[str, tuple[list[Hit], list[Hit]]]:
    found = [_hits(vectors, document_vectors, library) for vectors in (teacher_vectors, encoder_vectors)]
    return {query: (left, right) for query, left, right in zip(DEMO_QUERIES, *found, strict=True)}


def _hits(query_vectors: Vectors, document_vectors: Vectors, library: StandardLibrary, k: int = 3) -> list[list[Hit]]:
    indices, scores = exact_search(query_vectors, document_vectors, k=k)
    ids: Sequence[str] = list(library.test.documents)
    return [
        [
            Hit(ids[index], library.functions[ids[index]].name, float(score))
            for index, score in zip(row, cosines, strict=True)
        ]
        for row, cosines in zip(indices, scores, strict=True)
    ]

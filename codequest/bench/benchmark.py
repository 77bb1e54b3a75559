"""The benchmark of a teacher, its encoders and their exported forms: speed, and what they find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codequest.adapters import find_adapter, shipped_adapters
from codequest.adapters.folder import read_config
from codequest.bench.competitors import (
    Competitor,
    adapter_competitor,
    adapter_space,
    is_derived,
    quantized_competitor,
    teacher_competitor,
)
from codequest.bench.exports import check_forms, export_forms
from codequest.bench.found import with_retention
from codequest.bench.process import Effort
from codequest.bench.result import BenchResult
from codequest.bench.rounds import Rounds, check_rounds
from codequest.bench.workload import Workload
from codequest.data import RetrievalDataset
from codequest.errors import InvalidInputError, require
from codequest.files import scratch_folder
from codequest.progress import Progress, silent
from codequest.report.named_encoders import QUANTIZED, encoder_sources
from codequest.space import EmbeddingSpace, Vectors
from codequest.teachers.default import DEFAULT_TEACHER


def bench(
    encoders: Sequence[str] = (),
    *,
    dataset: RetrievalDataset | None = None,
    queries: Sequence[str] | None = None,
    teacher: str | None = None,
    forms: Sequence[str] = (),
    rounds: int = 5,
    effort: Effort | None = None,
    progress: Progress = silent,
) -> BenchResult:
    """Measure encoders and their exported forms next to their teacher in torch, fp32.

    Args:
        encoders: ``NAME=SOURCE`` or only the source: folders, those that come with codequest, repositories, or
            ``quantized:PRECISION``; by default all that come with codequest for this teacher.
        dataset: What retention is measured on; the functions and docstrings of the standard library by default.
        queries: What is timed; those of the dataset by default.
        teacher: Public id or folder of the teacher; the adapters' own by default.
        forms: ``"RUNTIME:PRECISION"`` of the exports that are measured too.
        rounds: How many.
        effort: How long each process measures, on how many threads.
        progress: Called as work is done.

    Raises:
        BenchmarkError: A competitor died in its process; with the end of its log.
        AdapterFormatError: There is no such adapter.
        SpaceMismatchError: The adapters belong to different teachers.
        InvalidInputError: A number or a name that cannot be used, or no query of 8 to 12 words.
    """
    check_rounds(rounds, effort or Effort())
    check_forms(forms)
    sources = encoder_sources(encoders or shipped_for(teacher))
    space = _common_space(sources)
    baseline = _teacher(teacher, space)
    competitors = [_encoder(name, source, baseline) for name, source in sources.items()]
    require("ir_measures", extra="evaluation")
    data = dataset or _standard_library()
    texts = tuple(data.queries.values())
    workload = Workload.of_queries(texts if queries is None else queries)
    document_vectors = _document_vectors(baseline, space, data, progress)
    with scratch_folder() as scratch:
        originals = [competitor for competitor in (baseline, *competitors) if not is_derived(competitor)]
        exported, not_run = export_forms(originals, forms, scratch, progress=progress)
        measured = Rounds(
            [baseline, *competitors, *exported], workload, rounds=rounds, effort=effort, not_run=not_run, texts=texts
        )
        result = measured.run(progress=progress)
    return with_retention(result, data, document_vectors, measured.vectors)


def shipped_for(teacher: str | None) -> list[str]:
    """The adapters that come with codequest and embed queries into a teacher's space; by default, the usual one's."""
    named = (teacher or DEFAULT_TEACHER).removeprefix("auto:").removeprefix("local:")
    configs = {name: read_config(find_adapter(name)) for name in shipped_adapters()}
    queries = {name: config.space.teacher for name, config in configs.items() if not config.documents}
    usual = DEFAULT_TEACHER.removeprefix("auto:")
    of_it = named if named in queries.values() else usual
    return [name for name, made_by in queries.items() if made_by == of_it]


def _common_space(sources: Mapping[str, str]) -> EmbeddingSpace | None:
    """The space of all adapters; None when all of them are the teacher itself in low precision."""
    spaces = {name: space for name, source in sources.items() if (space := adapter_space(source)) is not None}
    first = next(iter(spaces.values()), None)
    for name, space in spaces.items():
        if first is not None:
            first.check(space, context=f"{name!r} cannot be measured together with {next(iter(spaces))!r}")
    return first


def _teacher(name: str | None, space: EmbeddingSpace | None) -> Competitor:
    if name is not None:
        return teacher_competitor(name)
    if space is None:
        raise InvalidInputError(
            "Quantized encoders alone do not say who their teacher is. Name it, such as "
            "sentence-transformers/all-mpnet-base-v2."
        )
    return teacher_competitor(space.teacher, revision=space.public_revision)


def _encoder(name: str, source: str, teacher: Competitor) -> Competitor:
    if source.startswith(QUANTIZED):
        return quantized_competitor(name, source.removeprefix(QUANTIZED), teacher=teacher)
    return adapter_competitor(name, source)


def _document_vectors(
    baseline: Competitor, space: EmbeddingSpace | None, dataset: RetrievalDataset, progress: Progress
) -> Vectors:
    """The documents as the teacher embeds them, from its cache where they are known."""
    from codequest.teachers import LocalTeacher, cached

    model = LocalTeacher(baseline.source, revision=baseline.options["revision"], precision="auto")
    if space is not None:
        model.space.check(space, context="The adapters are of another teacher")
    return cached(model).encode_documents(list(dataset.documents.values()), progress=progress)


def _standard_library() -> RetrievalDataset:
    from codequest.demo.corpus import standard_library

    return standard_library().test

"""Embeds a corpus into a folder of vectors."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from codequest.corpus.embedder import Embedder, reference_vectors
from codequest.corpus.local import embed_here
from codequest.corpus.sources.named import open_corpus
from codequest.corpus.sources.source import Columns
from codequest.corpus.survey import survey
from codequest.corpus.vector_folder import VectorFolder, kept_on_error, sole_writer
from codequest.corpus.work import shard_work
from codequest.errors import InvalidInputError, require
from codequest.progress import Progress, silent
from codequest.search.chunking.chunks import longest_chunk
from codequest.space import EmbeddingSpace, Side
from codequest.teachers import Teacher
from codequest.teachers.stored.shards import FORMAT_VERSION, DType, Manifest
from codequest.version import __version__

Engine = Literal["local", "ray"]
"""Where the work is done: in this process, or on a Ray cluster."""

SHARD_SIZE = 8192
"""Texts of a shard: enough that little is padded, and few enough that memory and what a crash costs stay small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusRun:
    """Result of `embed_corpus`.

    Attributes:
        folder: Where the vectors are.
        space: Where they lie.
        embedder: Name of the teacher or encoder.
        texts: Number of texts.
        vectors: Number of vectors: as many, but for those that failed.
        shards: Number of shards.
        embedded: Number of texts in shards that this run has finished.
        failed: Number of texts that could not be embedded, empty ones included.
        reasons: Ids of the first of these, with the reasons.
        skipped: How many files of code were not read, by reason.
        seconds: How long it took.
    """

    folder: Path
    space: EmbeddingSpace
    embedder: str
    texts: int
    vectors: int
    shards: int
    embedded: int
    failed: int
    reasons: Mapping[str, str]
    skipped: Mapping[str, int] = field(default_factory=dict)
    seconds: float


def embed_corpus(
    sources: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    teacher: str | Teacher | None = None,
    encoder: str | Path | None = None,
    dim: int | None = None,
    text: str | None = None,
    id: str | None = None,
    side: Side = "document",
    dtype: DType = "float16",
    keep_text: bool = True,
    shard_size: int = SHARD_SIZE,
    engine: Engine = "local",
    address: str | None = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> CorpusRun:
    """Embed a corpus of any size into Parquet shards of ids, texts and vectors.

    The sources are read twice: once to see that they can be embedded, once to embed them; never more than a shard is in
    memory. Stopped or killed, the same call goes on where it was. A text that fails alone has no vector; it is named in
    the result and in ``failed.jsonl``.

    Args:
        sources: One or several: ``.jsonl``, ``.txt`` and ``.parquet`` files, folders in BEIR layout,
            ``hub:REPOSITORY[:CONFIG[:SPLIT]]``, folders of code, which are cut into chunks as Puma does.
        out: The folder; `codequest.teachers.read_index`, ``vectors:FOLDER``, ``codequest probe``, ``report`` and
            ``adapt`` read it.
        teacher: What embeds, or its name.
        encoder: An adapter that embeds in place of the teacher, such as ``"static-documents"``.
        dim: Length that a model's vectors are truncated to.
        text: Column of the texts; ``text`` by default, after ``title`` where there is one.
        id: Column of the ids, which are unique; ``_id`` or ``id`` by default, or else the numbers of the rows.
        side: Whether the texts are documents or queries.
        dtype: Number format of the vectors in the shards.
        keep_text: Whether the shards hold the texts as well; `probe`, ``vectors:`` and most stores need them.
        shard_size: Texts of a shard.
        engine: Where the work is done: ``"ray"`` takes several processes or GPUs, here or on the machines of a cluster
            that share the folder; they load the teacher by its name.
        address: That of the Ray cluster, such as ``"auto"`` or ``"HOST:PORT"``; by default one is started on this
            machine.
        workers: Number of Ray actors, each with a copy of the teacher; by default one for each GPU, or else CPU core.
        progress: Called while sources are read, and after every batch.

    Raises:
        DatasetError: A source cannot be read, a column is missing, an id comes twice, or there is no text.
        InvalidInputError: An argument that cannot be.
        SpaceMismatchError: The folder holds vectors of another space.
        CorpusError: The folder holds something else or cannot be written, another process embeds into it, or the
            sources changed meanwhile; finished shards are kept.
        TeacherError: The teacher cannot embed anything any more; finished shards are kept.
        MissingDependencyError: pyarrow is not installed.
    """
    began = time.monotonic()
    require("pyarrow.parquet", extra="vectors")
    _refuse_unknown(side, dtype, engine, shard_size)
    embedder = Embedder.chosen(teacher, str(encoder) if encoder is not None else None, dim)
    if engine == "ray":
        embedder.refuse_loaded()
    loaded = embedder.load()
    reference = reference_vectors(loaded, side)
    names = [sources] if isinstance(sources, (str, Path)) else list(sources)
    corpus = open_corpus(names, Columns(text, id), side=side, longest_chunk=lambda: longest_chunk(loaded.space))
    found = survey(corpus, progress)
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        codequest_version=__version__,
        space=loaded.space.to_dict(),
        embedder=embedder.name,
        light=embedder.light,
        side=side,
        dtype=dtype,
        keeps_text=keep_text,
        sources=corpus.names,
        source_digest=found.digest,
        texts=found.texts,
        shard_size=shard_size,
    )
    with kept_on_error(Path(out)), sole_writer(out) as path:
        folder = VectorFolder(path, manifest)
        folder.begin(reference)
        if engine == "ray":
            from codequest.corpus.on_ray.engine import embed_on_ray

            embedded = embed_on_ray(
                embedder, folder, corpus, found, address=address, workers=workers, progress=progress
            )
        else:
            embedded = embed_here(loaded, shard_work(folder, corpus, found), folder, progress)
        complete, reasons = folder.finish()
    return CorpusRun(
        folder=path,
        space=loaded.space,
        embedder=embedder.name,
        texts=found.texts,
        vectors=complete.vectors,
        shards=complete.shards,
        embedded=embedded,
        failed=complete.failed,
        reasons=reasons,
        skipped=corpus.skipped,
        seconds=time.monotonic() - began,
    )


def _refuse_unknown(side: str, dtype: str, engine: str, shard_size: int) -> None:
    for name, value, choices in (("side", side, Side), ("dtype", dtype, DType), ("engine", engine, Engine)):
        if value not in get_args(choices):
            raise InvalidInputError(f"{name} must be one of {', '.join(get_args(choices))}, got {value!r}.")
    if shard_size < 1:
        raise InvalidInputError(f"A shard has at least one text, got shard_size={shard_size}.")

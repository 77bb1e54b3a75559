"""Fills the cache of a teacher with the vectors of a corpus, such as training queries."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codequest.corpus.overall import within
from codequest.corpus.sources.named import open_corpus
from codequest.corpus.sources.source import Columns
from codequest.corpus.survey import survey
from codequest.errors import InvalidInputError
from codequest.progress import Progress, silent
from codequest.search.chunking.chunks import longest_chunk
from codequest.space import EmbeddingSpace, Side
from codequest.teachers import CachedTeacher, Teacher, cached, load_teacher

_AT_ONCE = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheRun:
    """Result of `fill_cache`.

    Attributes:
        path: The file of the cache.
        space: Where its vectors lie.
        texts: Number of texts that are not empty.
        embedded: Number of those whose vectors were not in the cache.
        seconds: How long it took.
    """

    path: Path
    space: EmbeddingSpace
    texts: int
    embedded: int
    seconds: float


def fill_cache(
    sources: str | Path | Sequence[str | Path],
    *,
    teacher: str | Teacher,
    dim: int | None = None,
    text: str | None = None,
    id: str | None = None,
    side: Side = "query",
    progress: Progress = silent,
) -> CacheRun:
    """Embed a corpus into the teacher's cache, where training, evaluation and indexes find the vectors.

    The arguments are those of `embed_corpus`. Texts that are empty are left out.

    Raises:
        DatasetError: A source cannot be read, a column is missing, an id comes twice, or there is no text.
        InvalidInputError: The teacher has no cache.
        TeacherError: The teacher failed, or its cache cannot be written; what it holds is kept.
    """
    began = time.monotonic()
    source = cached(load_teacher(teacher, dim=dim) if isinstance(teacher, str) else teacher)
    if not isinstance(source, CachedTeacher):
        raise InvalidInputError(f"The vectors of {source.space.teacher} are stored already, or vary: it has no cache.")
    names = [sources] if isinstance(sources, (str, Path)) else list(sources)
    corpus = open_corpus(names, Columns(text, id), side=side, longest_chunk=lambda: longest_chunk(source.space))
    total, done, kept, embedded = survey(corpus, progress).texts, 0, 0, 0
    for records in corpus.shards(_AT_ONCE):
        texts = [record.text for record in records if record.text.strip()]
        embedded += len(source.missing(texts, side))
        if texts:
            source.encode(texts, side, progress=within(progress, before=done, texts=total))
        kept += len(texts)
        done += len(records)
    return CacheRun(
        path=source.path, space=source.space, texts=kept, embedded=embedded, seconds=time.monotonic() - began
    )

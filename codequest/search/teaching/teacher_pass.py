"""The teacher's pass over an index that can be searched already: chunk by chunk its vectors replace light ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from codequest.errors import CodeIndexError
from codequest.progress import Progress, Work, silent
from codequest.search.deferred import DeferredTeacher
from codequest.search.home import IndexHome
from codequest.search.index_teacher import load_index_teacher, refuse_other
from codequest.search.meta import META_FILE, IndexMeta
from codequest.search.query_vectors import prepare_default_encoder
from codequest.search.store import STORE, ChunkStore
from codequest.search.teaching.promising import changes, most_promising
from codequest.search.teaching.teacher_run import RunRecord, TeacherRun
from codequest.space import Vectors
from codequest.teachers.base import Teacher
from codequest.teachers.cache import CachedTeacher, cached

_LEAST, _FIRST, _MOST = 32, 64, 2048  # chunks that are embedded before they are published
_BETWEEN = 15.0  # seconds between two publications, about


class FolderGoneError(CodeIndexError):
    """The folder, or its index, was removed while the teacher embedded it."""


def teach_index(
    home: IndexHome,
    *,
    teacher: str | None = None,
    background: bool = False,
    waiting: Callable[[], None] | None = None,
    progress: Progress = silent,
) -> None:
    """Do as `teach` with the teacher of the index, which is loaded when something is to be embedded.

    Args:
        home: The index.
        teacher: Name that the caller has said; see `codequest.search.index_teacher.load_index_teacher`.
        background: As for `teach`.
        waiting: As for `teach`.
        progress: As for `teach`.
    """
    stats = home.meta().stats
    load = partial(load_index_teacher, home, stats, said=teacher)
    teach(home, cached(DeferredTeacher(stats.space, load)), background=background, waiting=waiting, progress=progress)


def teach(
    home: IndexHome,
    teacher: Teacher,
    *,
    background: bool = False,
    waiting: Callable[[], None] | None = None,
    progress: Progress = silent,
) -> None:
    """Give every chunk of an index its teacher's vector, the most promising ones first.

    What is done is published every quarter of a minute, and when the run is stopped or fails. Meanwhile searches and
    other runs go on; another run like this one is waited for.

    Args:
        home: The index; its chunks have light vectors at least.
        teacher: What embeds them.
        background: Whether this goes on by itself; kept for whoever asks.
        waiting: Called again and again while another such run goes on; by default its progress is reported.
        progress: Called with the number of chunks that are embedded.

    Raises:
        FolderGoneError: The folder or its index was removed meanwhile.
        CodeIndexError: It cannot be read or written.
        SpaceMismatchError: The teacher is not the one of the index.
        TeacherError: The teacher failed; WeightsNotFoundError: it is not on this machine.
    """

    def report() -> None:
        other = TeacherRun.of(home)
        progress("Another run embeds chunks", other.done if other else 0, other.total if other else 1)

    with home.teaching(waiting or report):
        store, queue = _queue(home)
        record = RunRecord(home, total=len(queue), background=background)
        try:
            prepare_default_encoder(home, home.meta().stats, progress)  # searches of this very index wait for it
            _Pass(home, teacher, record, progress).run(store, queue)
        finally:
            record.remove()


class _Pass:
    """One pass, under its lock."""

    def __init__(self, home: IndexHome, teacher: Teacher, record: RunRecord, progress: Progress) -> None:
        self._home, self._teacher, self._record, self._progress = home, teacher, record, progress
        self._store = ChunkStore(home.folder)
        self._total = self._done = 0

    def run(self, store: int, queue: list[int]) -> None:
        size = _FIRST
        refuse_other(self._home, self._meta().stats, self._teacher)
        while queue:
            part, queue = queue[:size], queue[size:]
            self._total = max(self._total, self._done + len(part) + len(queue))
            began = time.monotonic()
            published = self._embed(part, store)
            size = min(_MOST, max(_LEAST, int(len(part) * _BETWEEN / max(time.monotonic() - began, 1e-3))))
            if not published or not queue:  # numbers mean other chunks by now, or files were changed meanwhile
                store, queue = _queue(self._home)

    def _embed(self, ids: list[int], store: int) -> bool:
        """Embed and publish some chunks; False where another run has put the index together, or made it anew."""
        meta = self._meta()
        if meta.versions[STORE] != store:
            return False
        chunks = self._store.chunks(meta.versions, ids)
        numbers = [number for number in ids if number in chunks]
        texts = [chunks[number].embedded for number in numbers]
        try:
            vectors = self._teacher.encode_documents(texts, progress=self._report)
        except BaseException:
            if isinstance(self._teacher, CachedTeacher) and is_there(self._home):  # what is done is kept
                positions, vectors = self._teacher.known(texts, "document")
                self._publish([numbers[position] for position in positions], vectors, store)
            raise
        self._done += len(ids)
        return self._publish(numbers, vectors, store)

    def _publish(self, ids: list[int], vectors: Vectors, store: int) -> bool:
        self._refuse_gone()
        with self._home.locked(silent):
            meta = self._meta()
            if meta.versions[STORE] != store:
                return False
            with self._store.resume(meta.versions, dim=meta.stats.space.dim) as writer:
                waiting = set(writer.without("teacher"))
                kept = [position for position, number in enumerate(ids) if number in waiting]
                writer.give([ids[position] for position in kept], vectors[kept], tier="teacher")
                versions = writer.finish()
            stats = replace(meta.stats, taught=meta.stats.taught + len(kept))
            self._home.publish(replace(meta, stats=stats, versions=versions))
        return True

    def _report(self, what: str, part: int, whole: int) -> None:
        self._refuse_gone()
        if what is not Work.EMBEDDING_DOCUMENTS:
            self._progress(what, part, whole)
            return
        self._record.report(self._done + part)
        self._progress("Embedding chunks", self._done + part, self._total)

    def _meta(self) -> IndexMeta:
        self._refuse_gone()
        return self._home.meta()

    def _refuse_gone(self) -> None:
        if not is_there(self._home):
            raise FolderGoneError(f"{self._home.root}, or the index in {self._home.folder}, was removed meanwhile.")


def is_there(home: IndexHome) -> bool:
    """Tell whether the folder and its index are still there."""
    return home.root.is_dir() and (home.folder / META_FILE).is_file()


def _queue(home: IndexHome) -> tuple[int, list[int]]:
    """Number of the store, and its chunks without a vector of the teacher, in the order in which they get one."""
    store, meta = ChunkStore(home.folder), home.meta()
    waiting = store.untaught(meta.versions)
    if not waiting:
        return meta.versions[STORE], []
    modified = {row["path"]: row["modified"] for row in store.files(meta.versions) if not row["skipped"]}
    return meta.versions[STORE], most_promising(waiting, changes(home.root, modified))

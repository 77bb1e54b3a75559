"""Makes an index, or brings it up to date."""

from __future__ import annotations

import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from importlib import metadata
from pathlib import Path

from codequest.errors import CodeIndexError, CodequestWarning, ForeignIndexError, InvalidInputError
from codequest.files import tidy
from codequest.progress import Progress, Work
from codequest.search.chunking.chunks import Chunk, chunk_file, longest_chunk
from codequest.search.deferred import DeferredTeacher
from codequest.search.freshness.watched import list_watched
from codequest.search.home import IndexHome
from codequest.search.index_teacher import load_index_teacher, refuse_other, remember_teacher
from codequest.search.meta import DEFAULT_TEACHER, IndexMeta, IndexStats
from codequest.search.own_indexes import new_token
from codequest.search.scan import FileRecord, Scan, scan
from codequest.search.store import ChunkStore, ChunkWriter
from codequest.space import Vectors
from codequest.teachers import Teacher, cached, load_teacher

_CHUNKS_AT_ONCE = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRun:
    """Result of `CodeIndex.build`.

    Attributes:
        root: The indexed folder.
        folder: Where the index is.
        files: Files in the index.
        chunks: Chunks in the index.
        added: Files that are new, or were renamed.
        changed: Files whose content is another one.
        removed: Files that are gone.
        unchanged: Files that were not read into chunks again.
        embedded: Chunks of added and changed files; the teacher embeds those whose text it has no vector of yet.
        skipped: How many files were not indexed, by reason.
        seconds: How long it took.
    """

    root: Path
    folder: Path
    files: int
    chunks: int
    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int
    skipped: Mapping[str, int]
    seconds: float


def build_index(path: str | Path, *, teacher: str | Teacher | None, rebuild: bool, progress: Progress) -> IndexRun:
    """See `codequest.search.CodeIndex.build`."""
    began = time.monotonic()
    home = IndexHome.for_writing(path)
    with home.locked(progress):
        tidy(home.folder)
        before = _before(home, rebuild=rebuild)
        token = before.token if before else new_token(home.root)
        return _Run(home, None if rebuild else before, teacher, token, progress).finish(began)


def _before(home: IndexHome, *, rebuild: bool) -> IndexMeta | None:
    """The index that is there; one that this user has not made, or that is to be replaced unread, is removed first."""
    try:
        if home.has_index():
            return home.meta()
    except ForeignIndexError as error:
        warnings.warn(f"{error} It is removed, and made anew.", CodequestWarning, stacklevel=4)
    except CodeIndexError:
        if not rebuild:
            raise
    home.clear()
    return None


class _Run:
    """One index run, under the lock."""

    def __init__(
        self, home: IndexHome, old: IndexMeta | None, teacher: str | Teacher | None, token: str, progress: Progress
    ) -> None:
        self.home, self.old, self.token, self.progress = home, old, token, progress
        self.store = ChunkStore(home.folder)
        self.name, self.teacher = _teacher(old, teacher, home)
        if isinstance(teacher, str):
            remember_teacher(home.root, teacher)
        self.space = self.teacher.space

    def finish(self, began: float) -> IndexRun:
        skipped: Counter[str] = Counter()
        clock = self.home.clock()
        listed, self.watched = list_watched(self.home.root, clock, skipped)
        found = scan(self.home.root, listed, self._known(), self._chunker(), clock=clock, progress=self.progress)
        found.skipped += skipped
        self._refuse_nothing(found)
        meta = self._unchanged(found) or self._write(found)
        return IndexRun(
            root=self.home.root,
            folder=self.home.folder,
            files=meta.stats.files,
            chunks=meta.stats.chunks,
            added=found.added,
            changed=found.changed,
            removed=found.removed,
            unchanged=found.unchanged,
            embedded=len(found.chunks),
            skipped=dict(found.skipped.most_common()),
            seconds=time.monotonic() - began,
        )

    def _known(self) -> dict[str, FileRecord]:
        if self.old is None:
            return {}
        rows = self.store.files(self.old.versions)
        return {row["path"]: FileRecord(**row) for row in rows}

    def _chunker(self) -> partial[list[Chunk]]:
        return partial(chunk_file, max_characters=longest_chunk(self.space))

    def _refuse_nothing(self, found: Scan) -> None:
        if found.unchanged or found.chunks:
            return
        reasons = ", ".join(f"{count} × {reason}" for reason, count in found.skipped.most_common())
        raise CodeIndexError(
            f"There is nothing to index in {self.home.root}: "
            + (f"every file was skipped ({reasons})." if reasons else "it has no file that git would track.")
        )

    def _unchanged(self, found: Scan) -> IndexMeta | None:
        """The index that is there, where nothing in it would change and no killed run left anything."""
        if self.old is None or found.stale or found.chunks or self.store.has_remains(self.old.versions):
            return None
        files, watched = self.store.states(self.old.versions)
        now = {(record.path, *record.state) for record in found.records}
        return self.old if set(files) == now and set(watched) == set(self.watched) else None

    def _write(self, found: Scan) -> IndexMeta:
        with self.store.begin(self.old.versions if self.old else {}, dim=self.space.dim) as writer:
            if found.stale:
                writer.remove(found.stale)
            for chunks, vectors in self._embedded(found.chunks):
                writer.add(chunks, vectors, tier="teacher")
            self.progress("Building the full-text index", 0, 1)
            writer.replace_files([record.to_dict() for record in found.records])
            writer.replace_watched(self.watched)
            meta = IndexMeta(stats=self._stats(found, writer), versions=writer.finish(), token=self.token)
        self.home.publish(meta)
        self.store.prune(meta.versions)
        return meta

    def _embedded(self, chunks: list[Chunk]) -> Iterator[tuple[list[Chunk], Vectors]]:
        """Chunks with their vectors, the longest first; progress counts them by their share of all characters."""
        chunks.sort(key=lambda chunk: -len(chunk.text))
        total, done = sum(len(chunk.text) for chunk in chunks), 0
        for start in range(0, len(chunks), _CHUNKS_AT_ONCE):
            batch = chunks[start : start + _CHUNKS_AT_ONCE]
            size = sum(len(chunk.text) for chunk in batch)
            report = partial(self._report, done=done, size=size, total=total, chunks=len(chunks))
            texts = [chunk.embedded for chunk in batch]
            yield batch, self.teacher.encode_documents(texts, progress=report)
            done += size
            report(Work.EMBEDDING_DOCUMENTS, 0, 1)

    def _report(self, what: str, part: int, whole: int, *, done: int, size: int, total: int, chunks: int) -> None:
        if what is Work.EMBEDDING_DOCUMENTS:
            self.progress("Embedding chunks", round(chunks * (done + size * part / max(whole, 1)) / total), chunks)
        else:
            self.progress(what, part, whole)

    def _stats(self, found: Scan, writer: ChunkWriter) -> IndexStats:
        chunks, kinds = writer.counts()
        return IndexStats(
            files=found.added + found.changed + found.unchanged,
            chunks=chunks,
            languages=found.languages,
            kinds=kinds,
            space=self.space,
            teacher=self.name,
            light="",
            taught=writer.tier_counts()["teacher"],
            updated=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            codequest_version=metadata.version("codequest"),
        )


def _teacher(old: IndexMeta | None, given: str | Teacher | None, home: IndexHome) -> tuple[str, Teacher]:
    """The teacher and its name; not loaded where it is the one that made the index."""
    if given is not None and not isinstance(given, (str, Teacher)):
        raise InvalidInputError(f"teacher must be a name or a Teacher, got {type(given).__name__}.")
    if old is not None and not isinstance(given, Teacher) and given in (None, old.stats.teacher):
        load = partial(load_index_teacher, home, old.stats, said=given)
        return old.stats.teacher, cached(DeferredTeacher(old.stats.space, load))
    if isinstance(given, Teacher):
        name, teacher = given.space.teacher, given
    else:
        name = given or DEFAULT_TEACHER
        teacher = load_teacher(given or DEFAULT_TEACHER)
    if old is not None:
        refuse_other(home, old.stats, teacher)
        name = old.stats.teacher
    return name, cached(teacher)

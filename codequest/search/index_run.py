"""Makes an index, or brings it up to date."""

from __future__ import annotations

import time
import warnings
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from codequest.errors import CodeIndexError, CodequestError, CodequestWarning, ForeignIndexError, OlderIndexError
from codequest.files import tidy
from codequest.progress import Progress, Work
from codequest.search.chunking.chunks import Chunk, chunk_file, longest_chunk
from codequest.search.freshness.watched import list_watched
from codequest.search.home import IndexHome
from codequest.search.index_teacher import remember_teacher, teacher_for_run
from codequest.search.light_documents import LightDocuments, light_documents
from codequest.search.meta import IndexMeta, IndexStats
from codequest.search.own_indexes import new_token
from codequest.search.scan import FileRecord, Scan, scan
from codequest.search.store import ChunkStore, ChunkWriter
from codequest.search.teaching.teacher_pass import teach
from codequest.space import Vectors
from codequest.teachers.base import Teacher
from codequest.teachers.cache import CachedTeacher
from codequest.version import __version__

_CHUNKS_AT_ONCE, _LIGHT_AT_ONCE = 2048, 1024


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
        taught: Chunks in the index that the teacher has embedded; the others have light vectors.
        skipped: How many files were not indexed, by reason.
        unread: How many added and changed files have syntax that their grammar cannot read, by language; all of their
            text is searched, and definitions around it have their names.
        searchable: Seconds until all of this could be searched.
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
    taught: int
    skipped: Mapping[str, int]
    unread: Mapping[str, int]
    searchable: float
    seconds: float


def build_index(
    path: str | Path,
    *,
    teacher: str | Teacher | None,
    light: bool,
    light_encoder: str | Path | None,
    rebuild: bool,
    progress: Progress,
) -> IndexRun:
    """See `codequest.search.CodeIndex.build`."""
    began = time.monotonic()
    home = IndexHome.for_writing(path)
    with home.locked(progress):
        tidy(home.folder)
        before, older = _before(home, rebuild=rebuild)
        token = before.token if before else new_token(home.root)
        old = None if rebuild else before
        first = _FirstPass(
            home, old, older=older, teacher=teacher, light_encoder=light_encoder, token=token, progress=progress
        )
        run = first.finish(began)
    if light:
        return run
    teach(home, first.teacher, progress=progress)
    return replace(run, taught=home.meta().stats.taught, seconds=time.monotonic() - began)


def _before(home: IndexHome, *, rebuild: bool) -> tuple[IndexMeta | None, bool]:
    """The index that is there, and whether an earlier codequest has made it.

    One that this user has not made, or that is to be replaced unread, is removed first.
    """
    try:
        if home.has_index():
            return home.meta(), False
    except ForeignIndexError as error:
        warnings.warn(f"{error} It is removed, and made anew.", CodequestWarning, stacklevel=4)
    except OlderIndexError:
        if not rebuild:
            warnings.warn(
                f"The index in {home.folder} was made by an earlier codequest, and is made anew; vectors of unchanged "
                "code come from the cache.",
                CodequestWarning,
                stacklevel=4,
            )
            return home.older_meta(), True
    except CodeIndexError:
        if not rebuild:
            raise
    home.clear()
    return None, False


class _FirstPass:
    """What makes an index searchable, under its lock: words, and light vectors where something makes them.

    Attributes:
        teacher: Embeds the rest later; all, where nothing makes light vectors.
    """

    def __init__(
        self,
        home: IndexHome,
        old: IndexMeta | None,
        *,
        older: bool,
        teacher: str | Teacher | None,
        light_encoder: str | Path | None,
        token: str,
        progress: Progress,
    ) -> None:
        self.home, self.old, self.token, self.progress = home, None if older else old, token, progress
        self.store = ChunkStore(home.folder)
        self.name, self.teacher = teacher_for_run(home, old, teacher)
        if isinstance(teacher, str):
            remember_teacher(home.root, teacher)
        self.space = self.teacher.space
        self.unread: Counter[str] = Counter()
        self.light = light_documents(self.space, light_encoder) if light_encoder or not old else _light_of(old)

    def finish(self, began: float) -> IndexRun:
        skipped: Counter[str] = Counter()
        clock = self.home.clock()
        listed, self.watched = list_watched(self.home.root, clock, skipped)
        found = scan(self.home.root, listed, self._known(), self._chunker(), clock=clock, progress=self.progress)
        found.skipped += skipped
        if self.old is not None and not self._same_light():
            found.stale |= {row["path"] for row in self.store.files(self.old.versions)}
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
            taught=meta.stats.taught,
            skipped=dict(found.skipped.most_common()),
            unread=dict(self.unread.most_common()),
            searchable=time.monotonic() - began,
            seconds=time.monotonic() - began,
        )

    def _known(self) -> dict[str, FileRecord]:
        if self.old is None or not self._same_light():
            return {}
        rows = self.store.files(self.old.versions)
        return {row["path"]: FileRecord(**row) for row in rows}

    def _same_light(self) -> bool:
        """Tell whether light vectors of the index may stay: those of two adapters cannot be compared."""
        return self.old is not None and self.old.stats.light == (self.light.adapter if self.light else "")

    def _chunker(self) -> partial[list[Chunk]]:
        return partial(chunk_file, max_characters=longest_chunk(self.space), unread=self.unread)

    def _refuse_nothing(self, found: Scan) -> None:
        if found.unchanged or found.chunks:
            return
        reasons = ", ".join(f"{count} × {reason}" for reason, count in found.skipped.most_common())
        why = f"every file was skipped ({reasons})" if reasons else "it has no file that git would track"
        if found.added + found.changed:
            why = "its files hold nothing but punctuation"
        raise CodeIndexError(f"There is nothing to index in {self.home.root}: {why}.")

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
            if self.light is not None:
                self._add_light(found.chunks, self.light, writer)
            else:
                self._add_taught(found.chunks, writer)
            self.progress("Building the full-text index", 0, 1)
            writer.replace_files([record.to_dict() for record in found.records])
            writer.replace_watched(self.watched)
            meta = IndexMeta(stats=self._stats(found, writer), versions=writer.finish(), token=self.token)
        self.home.publish(meta)
        self.store.prune(meta.versions)
        return meta

    def _add_light(self, chunks: list[Chunk], light: LightDocuments, writer: ChunkWriter) -> None:
        """Add chunks with their light vectors, and with those of the teacher that are in its cache."""
        done = 0
        for batch, texts, light_vectors in _embedded(chunks, light):
            ids = writer.add(batch, light_vectors, tier="light")
            if isinstance(self.teacher, CachedTeacher):
                positions, vectors = self.teacher.known(texts, "document")
                if positions:
                    writer.give([ids[position] for position in positions], vectors, tier="teacher")
            done += len(batch)
            self.progress("Embedding chunks lightly", done, len(chunks))

    def _add_taught(self, chunks: list[Chunk], writer: ChunkWriter) -> None:
        """Add chunks with their vectors, the longest first; progress counts them by their share of all characters."""
        chunks.sort(key=lambda chunk: -len(chunk.text))
        total, done = sum(len(chunk.text) for chunk in chunks), 0
        for start in range(0, len(chunks), _CHUNKS_AT_ONCE):
            batch = chunks[start : start + _CHUNKS_AT_ONCE]
            size = sum(len(chunk.text) for chunk in batch)
            report = partial(self._report, done=done, size=size, total=total, chunks=len(chunks))
            texts = [chunk.embedded for chunk in batch]
            writer.add(batch, self.teacher.encode_documents(texts, progress=report), tier="teacher")
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
            light=self.light.adapter if self.light else "",
            taught=writer.tier_counts()["teacher"],
            updated=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            codequest_version=__version__,
        )


def _embedded(chunks: list[Chunk], light: LightDocuments) -> Iterator[tuple[list[Chunk], list[str], Vectors]]:
    """Batches of chunks with their texts and vectors; the next one is embedded while the caller writes one."""

    def embed(start: int) -> tuple[list[Chunk], list[str], Vectors]:
        batch = chunks[start : start + _LIGHT_AT_ONCE]
        texts = [chunk.embedded for chunk in batch]
        return batch, texts, light.encode(texts)

    with ThreadPoolExecutor(1) as pool:
        waiting = deque([pool.submit(embed, 0)] if chunks else [])
        for start in range(_LIGHT_AT_ONCE, len(chunks) + _LIGHT_AT_ONCE, _LIGHT_AT_ONCE):
            ready = waiting.popleft().result()
            if start < len(chunks):
                waiting.append(pool.submit(embed, start))
            yield ready


def _light_of(old: IndexMeta) -> LightDocuments | None:
    """What made the light vectors of an index, or what replaces it where it is gone."""
    try:
        return light_documents(old.stats.space, old.stats.light or None)
    except CodequestError as error:
        replacement = light_documents(old.stats.space)
        instead = f"{replacement.adapter!r} embeds" if replacement else "only the teacher embeds"
        warnings.warn(f"{error} From now on {instead} new code.", CodequestWarning, stacklevel=4)
        return replacement

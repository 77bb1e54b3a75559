"""Refresh: brings what has changed into an index before a search, or says what it had no time for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial

from codequest.errors import CodeIndexError
from codequest.search.chunking.chunks import chunk_file, longest_chunk
from codequest.search.freshness.fresh_index import Freshness
from codequest.search.freshness.look import Look
from codequest.search.freshness.quick_vectors import QuickVectors
from codequest.search.freshness.states import UNSETTLED, state_at
from codequest.search.freshness.watched import list_watched
from codequest.search.home import IndexHome
from codequest.search.meta import IndexMeta, IndexStats
from codequest.search.scan import NOT_YET, FileRecord, Scan, scan
from codequest.search.store import ChunkStore
from codequest.search.store.tables import KnownState, KnownStates

NO_TIME = "there was no time for it within the search"
ANOTHER_RUN = "another run is writing the index"
NOT_WRITABLE = "the index cannot be written"
NO_ENCODER = "nothing embeds new code lightly in the space of its teacher"


def refresh(
    home: IndexHome, meta: IndexMeta, states: KnownStates, look: Look, vectors: QuickVectors, *, until: float
) -> tuple[Freshness, IndexMeta, KnownStates] | None:
    """Bring changed files into an index, with light vectors, as far as there is time.

    A file whose text the teacher has embedded before gets its vectors from the cache.

    Args:
        home: The index.
        meta: Its contents, which were compared with the folder.
        states: The states in it.
        look: The differences.
        vectors: What embeds the chunks of changed files.
        until: By the monotonic clock, when no other file is read any more; the first few are in any case.

    Returns:
        How far it came, and what the index and the states in it are now; None where another run has changed it since
        it was compared.
    """
    try:
        with home.locked_at_once() as mine:
            if not mine:
                return _left(look, ANOTHER_RUN), meta, states
            if not home.meta().is_as(meta):
                return None
            return _Refresh(home, meta, states, look, vectors).run(until)
    except (CodeIndexError, OSError):
        return _left(look, NOT_WRITABLE), meta, states


def _left(look: Look, why: str) -> Freshness:
    return Freshness(pending=look.changed, gone=look.gone, unread=int(look.listing), why=why)


class _Refresh:
    """One refresh, under the lock."""

    def __init__(
        self, home: IndexHome, meta: IndexMeta, states: KnownStates, look: Look, vectors: QuickVectors
    ) -> None:
        self._home, self._meta, self._states, self._look = home, meta, states, look
        self._store, self._clock = ChunkStore(home.folder), home.clock()
        self._vectors = vectors
        self._watched: list[KnownState] | None = None

    def run(self, until: float) -> tuple[Freshness, IndexMeta, KnownStates]:
        paths, gone = self._paths()
        records = (FileRecord(**row) for row in self._store.files(self._meta.versions, paths | gone))
        known = {record.path: record for record in records}
        chunk = partial(chunk_file, max_characters=longest_chunk(self._meta.stats.space))
        newest = sorted(paths, key=self._modified, reverse=True)
        found = scan(self._home.root, newest, known, chunk, clock=self._clock, until=until)
        lacking = self._vectors.lacking(found.chunks)
        found.leave(lacking)
        unread = {path for path in found.left if path not in known or known[path].skipped == NOT_YET}
        found.records += [FileRecord.of(path, UNSETTLED, skipped=NOT_YET) for path in unread]
        freshness = Freshness(
            updated=found.added + found.changed + found.removed,
            pending=frozenset(found.left) - unread,
            unread=len(unread),
            why="" if not found.left else NO_ENCODER if lacking else NO_TIME,
        )
        self._write(found, known)
        return freshness, self._meta, self._states

    def _paths(self) -> tuple[set[str], set[str]]:
        """Files to be read, and those that are no longer listed."""
        look = self._look
        if not look.listing:
            return {*look.changed, *look.gone}, set()
        listed, self._watched = list_watched(self._home.root, self._clock, Counter())
        known, now = {row[0] for row in self._states.files}, set(listed)
        return (now - known) | (look.changed & now), known - now

    def _modified(self, path: str) -> int:
        return state_at(os.path.join(self._home.root, path))[1]

    def _write(self, found: Scan, known: dict[str, FileRecord]) -> None:
        now = {record.path: record for record in found.records}
        gone = known.keys() - now.keys() - set(found.left)
        new = {path: record for path, record in now.items() if record != known.get(path)}
        if not new and not gone and self._watched is None:
            return
        stats = self._meta.stats
        with self._store.resume(self._meta.versions, dim=stats.space.dim) as writer:
            kinds, taught = writer.counts_of(found.stale)
            writer.remove(found.stale)
            taught = stats.taught - taught + self._vectors.add(writer, found.chunks)
            kinds = Counter(stats.kinds) - kinds + Counter(chunk.kind for chunk in found.chunks)
            writer.change_files([record.to_dict() for record in new.values()], gone)
            if self._watched is not None:
                writer.replace_watched(self._watched)
            languages = _languages(stats, (known[path] for path in known.keys() - set(found.left)), now.values())
            stats = replace(
                stats,
                files=sum(languages.values()),
                languages=dict(languages.most_common()),
                chunks=sum(kinds.values()),
                kinds=dict(kinds.most_common()),
                taught=taught,
                updated=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            )
            meta = replace(self._meta, stats=stats, versions=writer.finish())
            self._home.publish(meta)
        self._meta = meta
        files = [row for row in self._states.files if row[0] not in new and row[0] not in gone]
        files += [(path, *record.state) for path, record in new.items()]
        self._states = KnownStates(files, self._states.watched if self._watched is None else self._watched)


def _languages(stats: IndexStats, before: Iterable[FileRecord], now: Iterable[FileRecord]) -> Counter[str]:
    """Number of files by language, once these records are in place of those."""
    gone = Counter(record.language for record in before if not record.skipped)
    return Counter(stats.languages) - gone + Counter(record.language for record in now if not record.skipped)

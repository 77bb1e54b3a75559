"""FreshIndex: an index that is compared with its folder before every search."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codequest.search.freshness.look import Look
from codequest.search.freshness.states import FileState, state_at
from codequest.search.store import ChunkStore
from codequest.search.store.tables import KnownStates
from codequest.texts import counted

if TYPE_CHECKING:
    from codequest.search.freshness.quick_vectors import QuickVectors
    from codequest.search.home import IndexHome
    from codequest.search.meta import IndexMeta

LONG = 0.002
"""Seconds of the processor, from which on a look at all files is long."""

REST = 9
"""So many times as long as it took searches rely on what a long look has found."""

BUDGET_SECONDS = 0.1
"""After this no other file is read before a search; those that were begun are brought in."""

_TRIES = 3  # other runs may change the index meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How an index stands to its folder, as a search has found it.

    Attributes:
        updated: Number of files that the search has brought up to date first.
        pending: Files that may have changed since they were indexed, relative to the root; hits in them are shown as
            the files are now.
        gone: Files that are not there any more, but still in the index; they are not found.
        unread: Number of files that are not in the index yet, as far as that is known.
        why: Why these were not brought in; empty where nothing is left.
    """

    updated: int = 0
    pending: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    unread: int = 0
    why: str = ""

    @property
    def missing(self) -> int:
        """Number of files whose present state is not in the index, as far as that is known."""
        return len(self.pending) + len(self.gone) + self.unread

    def __str__(self) -> str:
        """What is missing and why, as a sentence; empty where nothing is."""
        if not self.missing:
            return ""
        files = counted(self.missing, "file has", "files have")
        return f"{files} changed and not been indexed again: {self.why}. Hits show files as they are now."


class FreshIndex:
    """Compares an index with its folder, and brings it up to date as far as there is time. Threads take turns.

    Args:
        home: The index.

    Attributes:
        last: What the last look has found.
    """

    def __init__(self, home: IndexHome) -> None:
        self.last = Freshness()
        self._home, self._store = home, ChunkStore(home.folder)
        self._lock = threading.Lock()
        self._known: tuple[IndexMeta, KnownStates] | None = None
        self._stamp = (0, 0)  # of the index of these
        self._vectors: QuickVectors | None = None
        self._by_path: dict[str, FileState] | None = None
        self._rests_until = 0.0  # by the monotonic clock

    @property
    def rests(self) -> bool:
        """Whether the last look, a long one, was a moment ago: looks take a tenth of the time at most."""
        return time.monotonic() < self._rests_until

    def differs(self, paths: Collection[str]) -> bool:
        """Tell whether one of some files has another state than the last look has found, and does not know of it."""
        with self._lock:
            if self._by_path is None:
                self._by_path = {row[0]: row[1:] for row in self._known[1].files} if self._known else {}
            known, pending = self._by_path, self.last.pending
        start = os.path.join(self._home.root, "")
        return any(state_at(start + path) != known.get(path) for path in {*paths} - pending)

    def look(self) -> Freshness:
        """Compare them.

        Raises:
            CodeIndexError: The index was damaged or removed.
        """
        until = time.monotonic() + BUDGET_SECONDS
        with self._lock:
            for _ in range(_TRIES):
                found = self._look(until)
                if found is not None:
                    self.last = found
                    break
            self._by_path = None
            return self.last

    def _look(self, until: float) -> Freshness | None:
        meta, states = self._read()
        began = time.thread_time()
        look = Look.at(self._home.root, states)
        took = time.thread_time() - began
        self._rests_until = time.monotonic() + REST * took if took > LONG else 0.0
        if not look:
            return Freshness()
        from codequest.search.freshness.quick_vectors import (
            QuickVectors,
        )  # what embeds is loaded where something changed
        from codequest.search.freshness.refresh import refresh

        if self._vectors is None or not self._vectors.fits(meta.stats):
            self._vectors = QuickVectors(meta.stats)
        done = refresh(self._home, meta, states, look, self._vectors, until=until)
        if done is None:
            return None
        self._known = done[1:]
        return done[0]

    def _read(self) -> tuple[IndexMeta, KnownStates]:
        """The index and its states, read again where a run has ended since."""
        stamp = self._home.stamp()
        if self._known is None or stamp != self._stamp:
            meta = self._home.meta()
            if self._known is None or not self._known[0].is_as(meta):
                self._known = meta, self._store.states(meta.versions)
            self._stamp = stamp
        return self._known

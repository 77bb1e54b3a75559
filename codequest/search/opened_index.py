"""OpenedIndex: an index in memory, read again whenever a run has ended."""

from __future__ import annotations

import threading
from collections.abc import Collection
from pathlib import Path

from codequest.encoders.base import QueryEncoder
from codequest.errors import CodeIndexError
from codequest.search.freshness.fresh_index import FreshIndex, Freshness
from codequest.search.home import IndexHome
from codequest.search.meta import IndexMeta, IndexStats
from codequest.search.query_vectors import QueryVectors, checked_encoder
from codequest.search.snapshot import Snapshot
from codequest.search.store import ChunkStore


class OpenedIndex:
    """An index, and what embeds its queries. Threads may use it at the same time.

    Args:
        home: The index.
        encoder: Embeds queries; None for searches by words alone.
        refresh: Whether every search first brings in what has changed.

    Attributes:
        home: The index.
        encoder: What was given.

    Raises:
        CodeIndexError: The index is damaged, or of another version.
        SpaceMismatchError: The encoder embeds into another space.
    """

    def __init__(self, home: IndexHome, encoder: str | QueryEncoder | None, *, refresh: bool = True) -> None:
        checked_encoder(encoder)
        self.home, self.encoder = home, encoder
        self._refreshes, self._fresh = refresh, FreshIndex(home)
        self._store = ChunkStore(home.folder)
        self._lock = threading.Lock()
        self._queries: QueryVectors | None = None
        self._load()

    @property
    def root(self) -> Path:
        """The indexed folder."""
        return self.home.root

    @property
    def stats(self) -> IndexStats:
        """Contents of the index as it is now."""
        self.current()
        return self._meta.stats

    @property
    def freshness(self) -> Freshness:
        """What the last look has found."""
        return self._fresh.last

    def look(self) -> Freshness:
        """Compare the index with its folder, and bring in what has changed."""
        self.current()
        return self._fresh.look()

    def look_first(self) -> Freshness:
        """The same before a search, unless it was opened to search what was indexed, or a long look was just taken."""
        if not self._refreshes:
            return Freshness()
        return self.freshness if self._fresh.rests else self.look()

    def has_changed(self, paths: Collection[str]) -> bool:
        """Tell whether one of these files has changed since the last look, where that was not before the search."""
        return self._refreshes and self._fresh.rests and self._fresh.differs(paths)

    def current(self) -> tuple[Snapshot, QueryVectors | None]:
        """Snapshot to search, after a look whether a run has ended since.

        Raises:
            CodeIndexError: The index was damaged or removed meanwhile.
        """
        with self._lock:
            if self.home.stamp() != self._stamp:
                self._load((self._meta, self._snapshot))
            return self._snapshot, self._queries

    def forget(self) -> None:
        """Read the index again before the next use."""
        self._stamp = (0, 0)

    def _load(self, before: tuple[IndexMeta, Snapshot] | None = None) -> None:
        while True:
            self._stamp = self.home.stamp()
            self._meta = self.home.meta()
            try:
                dim = self._meta.stats.space.dim
                known = before[1] if before and before[0].is_of(self._meta) else None
                self._snapshot = Snapshot(self._store, self._meta.versions, dim=dim, before=known)
                break
            except CodeIndexError:
                if self.home.stamp() == self._stamp:  # otherwise a run has ended, and removed this version
                    raise
        if self.encoder is not None and (self._queries is None or self._queries.space != self._meta.stats.space):
            self._queries = QueryVectors(self.encoder, self.home, self._meta.stats)

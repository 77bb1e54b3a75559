"""Look: which files of an index have another state than when they were read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from codequest.search.freshness.states import ABSENT, state_at
from codequest.search.store.tables import KnownStates


@dataclass(frozen=True, slots=True)
class Look:
    """Differences between a folder and its index.

    Attributes:
        changed: Files of another state, relative to the root; most of them of other content.
        gone: Files that are not there any more.
        listing: Whether there may be other files than those that are known.
    """

    changed: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    listing: bool = False

    @classmethod
    def at(cls, root: Path, states: KnownStates) -> Look:
        """Compare a folder with what is known of it; costs one call of the system for each state."""
        start = os.path.join(root, "")
        changed: list[str] = []
        gone: list[str] = []
        for row in states.files:
            found = state_at(start + row[0])
            if found != row[1:]:
                (gone if found == ABSENT else changed).append(row[0])
        listing = any(state_at(os.path.join(root, row[0])) != row[1:] for row in states.watched)
        return cls(frozenset(changed), frozenset(gone), listing)

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone or self.listing)

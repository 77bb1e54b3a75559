"""The files of a folder, with what is watched to know when there are others."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from codequest.code.listing import list_files
from codequest.search.freshness.states import FileClock
from codequest.search.store.tables import KnownState


def list_watched(root: Path, clock: FileClock, skipped: Counter[str]) -> tuple[list[str], list[KnownState]]:
    """The files of a folder that can be indexed, and the states of what decides which ones these are.

    Args:
        root: The folder.
        clock: That of its file system; read anew.
        skipped: As for `codequest.code.listing.list_files`.
    """
    clock.is_past(os.stat(root))  # the folder of a new index has just been made in it
    clock.tick()
    listing = list_files(root, skipped)
    return listing.files, [(path, *clock.state_before(os.path.join(root, path))) for path in listing.watched]

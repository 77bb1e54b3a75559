"""What an index run did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What `CodeIndex.build` did.

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

"""Place of an index: in the indexed folder, or in codequest's cache where that cannot be written."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from codequest.code.unwanted import INDEX_FOLDER
from codequest.errors import CodeIndexError, IndexNotFoundError, require
from codequest.files import cache_root
from codequest.progress import Progress
from codequest.search.meta import META_FILE

_BETWEEN_TRIES = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class IndexHome:
    """The folder of an index, and what it indexes.

    Attributes:
        root: The indexed folder, absolute.
        folder: Where the index is.
    """

    root: Path
    folder: Path

    @classmethod
    def find(cls, path: str | Path) -> IndexHome:
        """The index of a folder, or of the nearest folder around it that has one.

        Raises:
            IndexNotFoundError: There is no index; the message says how to make it.
        """
        start = Path(path).expanduser().resolve()
        for root in (start, *start.parents):
            for folder in _places(root):
                if (folder / META_FILE).is_file():
                    return cls(root, folder)
        raise IndexNotFoundError(
            f"{start} has no code index, and no folder around it has one. Make one with: codequest index {start}"
        )

    @classmethod
    def for_writing(cls, path: str | Path) -> IndexHome:
        """The index of exactly this folder, there or not; its folder exists and can be written.

        Raises:
            CodeIndexError: The path is not a folder, or neither it nor the cache can be written.
        """
        root = Path(path).expanduser().resolve()
        if not root.is_dir():
            what = "is a file" if root.exists() else "does not exist"
            raise CodeIndexError(f"{root} {what}. Give the folder whose code you want to search.")
        problems = []
        for folder in _places(root):
            problem = _prepare(folder)
            if problem is None:
                return cls(root, folder)
            problems.append(f"{folder}: {problem}")
            if (folder / META_FILE).is_file():
                break  # the index that searches find must not be older than another one
        raise CodeIndexError(
            f"The index of {root} cannot be written: {'; '.join(problems)}. Allow writing there, or set "
            "CODEQUEST_CACHE to a folder that can be written."
        )

    @contextmanager
    def locked(self, progress: Progress) -> Iterator[None]:
        """Hold the only right to write; waits for another run, and says so."""
        filelock = require("filelock", extra="search")
        lock = filelock.FileLock(self.folder / "lock", timeout=0)
        while True:
            try:
                lock.acquire()
                break
            except filelock.Timeout:
                progress("Waiting for another run that indexes this folder", 0, 1)
                time.sleep(_BETWEEN_TRIES)
        try:
            yield
        finally:
            lock.release()


def _places(root: Path) -> tuple[Path, Path]:
    digest = hashlib.sha256(str(root).encode(errors="surrogateescape")).hexdigest()[:16]
    return root / INDEX_FOLDER, cache_root() / "indexes" / f"{root.name}-{digest}"


def _prepare(folder: Path) -> str | None:
    """Make the folder; why it cannot be written, if so."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / ".gitignore").is_file():
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        with (folder / "lock").open("ab"):
            return None
    except OSError as error:
        return error.strerror or str(error)

"""Changes since the last run."""

from __future__ import annotations

import hashlib
import math
import stat
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codequest.code.file_language import file_language
from codequest.code.inside import SPECIAL, Inside
from codequest.code.reading import most_bytes, readable_text, unwanted
from codequest.errors import UnsafePathError
from codequest.progress import Progress, silent
from codequest.search.chunking.chunks import Chunk
from codequest.search.freshness.states import UNSETTLED, FileClock, FileState, state_of

AT_LEAST = 8
"""Files that are read however little time there is."""

NOT_YET = "not read yet"
"""Why a file is not in the index: it was found by a search that had no time to read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """A file as it was when it was read.

    Attributes:
        path: Relative to the root.
        size: In bytes; with the next three its state, see `codequest.search.freshness.states`.
        modified: When its content was changed, in ns.
        changed: When its status was changed, in ns.
        inode: Its number.
        digest: Digest of its content.
        language: Its language.
        skipped: Why it is not indexed; empty when it is.
    """

    path: str
    size: int
    modified: int
    changed: int
    inode: int
    digest: str
    language: str
    skipped: str

    @classmethod
    def of(cls, path: str, state: FileState, *, digest: str = "", language: str = "", skipped: str = "") -> FileRecord:
        """The record of a file in a state."""
        size, modified, changed, inode = state
        return cls(
            path=path,
            size=size,
            modified=modified,
            changed=changed,
            inode=inode,
            digest=digest,
            language=language,
            skipped=skipped,
        )

    @property
    def state(self) -> FileState:
        """State of the file when it was read."""
        return self.size, self.modified, self.changed, self.inode

    def to_dict(self) -> dict[str, Any]:
        """A row of the table of files."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Scan:
    """The files of a folder, compared with those of its index.

    Attributes:
        records: Every file that was listed and is still there.
        stale: Paths whose chunks in the index are out of date.
        chunks: Those of added and changed files.
        skipped: How many files are not indexed, by reason.
        added: New files.
        changed: Files of another content.
        removed: Files that are gone, or no longer indexed.
        unchanged: The others.
        left: Paths that there was no time for.
    """

    records: list[FileRecord] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    chunks: list[Chunk] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    left: list[str] = field(default_factory=list)

    @property
    def languages(self) -> dict[str, int]:
        """Number of indexed files by language, most first."""
        counts = Counter(record.language for record in self.records if not record.skipped)
        return dict(counts.most_common())

    def leave(self, paths: Collection[str]) -> None:
        """Take back what was found of some of the new and changed files, as if there had been no time for them."""
        if not paths:
            return
        changed = self.stale.intersection(paths)
        self.changed -= len(changed)
        self.added -= len(paths) - len(changed)
        self.stale -= changed
        self.records = [record for record in self.records if record.path not in paths]
        self.chunks = [chunk for chunk in self.chunks if chunk.path not in paths]
        self.left += paths


def scan(
    root: Path,
    paths: Iterable[str],
    known: Mapping[str, FileRecord],
    chunk: Callable[[str, str], list[Chunk]],
    *,
    clock: FileClock,
    progress: Progress = silent,
    until: float = math.inf,
) -> Scan:
    """Compare files with what is known of them, and cut into chunks what is new.

    A file of the same state is not read; one of the same content is not cut. A file that vanishes meanwhile counts as
    gone.

    Args:
        root: The folder.
        paths: Its files, relative to it.
        known: Records of the last run by path.
        chunk: The chunks of a file, from its path and text.
        clock: That of the file system.
        progress: Told how many files are read.
        until: By the monotonic clock, when no other file is read any more; the first few are in any case.
    """
    result, listed = Scan(), list(paths)
    with Inside(root) as inside:
        for number, path in enumerate(listed, start=1):
            if number > AT_LEAST and time.monotonic() > until:
                result.left = listed[number - 1 :]
                break
            record, text = _read(inside, path, known.get(path), clock)
            if record is not None:
                result.records.append(record)
                _compare(result, record, known.get(path), text, chunk)
            progress("Reading files", number, len(listed))
    seen = {*result.left, *(record.path for record in result.records)}
    gone = {path for path, old in known.items() if not old.skipped} - seen
    result.stale |= gone
    result.removed += len(gone)
    return result


def _read(inside: Inside, path: str, old: FileRecord | None, clock: FileClock) -> tuple[FileRecord | None, str | None]:
    """A file's record and text; no text where it need not be read, no record where it is gone."""
    state = UNSETTLED
    try:
        status = inside.status(path)
        why = unwanted(path, status.st_size) if stat.S_ISREG(status.st_mode) else SPECIAL
        if old is not None and old.state == state_of(status) and _holds(old, why):
            return old, None
        state = state_of(status) if clock.is_past(status) else UNSETTLED
        if why:
            return FileRecord.of(path, state, skipped=why), None
        status, content = inside.read(path, most=most_bytes(path))
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except UnsafePathError as error:
        return FileRecord.of(path, state, skipped=str(error)), None
    except OSError:
        return FileRecord.of(path, state, skipped="unreadable"), None
    why = unwanted(path, len(content))  # it may have grown
    text, why = ("", why) if why else readable_text(path, content)
    return FileRecord.of(
        path,
        state if state == state_of(status) else UNSETTLED,
        digest=hashlib.sha256(content).hexdigest(),
        language="" if why else file_language(path, text),
        skipped=why,
    ), text


def _holds(old: FileRecord, why: str) -> bool:
    """Tell whether a record is what a name and a size lead to today."""
    return old.skipped == why if why or not old.digest else True


def _compare(
    result: Scan,
    record: FileRecord,
    old: FileRecord | None,
    text: str | None,
    chunk: Callable[[str, str], list[Chunk]],
) -> None:
    if record.skipped:
        result.skipped[record.skipped] += 1
        if old is not None and not old.skipped:
            result.stale.add(record.path)
            result.removed += 1
        return
    if old is not None and not old.skipped and old.digest == record.digest:
        result.unchanged += 1
        return
    if old is None or old.skipped:
        result.added += 1
    else:
        result.changed += 1
        result.stale.add(record.path)
    result.chunks += chunk(record.path, text or "")

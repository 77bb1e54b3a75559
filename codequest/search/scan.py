"""Changes since the last run."""

from __future__ import annotations

import hashlib
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codequest.code.file_language import file_language
from codequest.code.inside import SPECIAL, Inside
from codequest.code.reading import LARGE, readable_text, unwanted
from codequest.code.unwanted import MAX_BYTES
from codequest.errors import UnsafePathError
from codequest.progress import Progress
from codequest.search.chunking.chunks import Chunk

_SETTLED = 2_000_000_000  # ns: a file changed this shortly before it was read may change again within one clock tick


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """A file as it was when it was read.

    Attributes:
        path: Relative to the root.
        size: In bytes.
        modified: When it was changed, in ns; 0 where that is too shortly before to rely on.
        digest: Digest of its content.
        language: Its language.
        skipped: Why it is not indexed; empty when it is.
    """

    path: str
    size: int
    modified: int
    digest: str
    language: str
    skipped: str

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
    """

    records: list[FileRecord] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    chunks: list[Chunk] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def languages(self) -> dict[str, int]:
        """Number of indexed files by language, most first."""
        counts = Counter(record.language for record in self.records if not record.skipped)
        return dict(counts.most_common())


def scan(
    root: Path,
    paths: Iterable[str],
    known: Mapping[str, FileRecord],
    chunk: Callable[[str, str], list[Chunk]],
    *,
    progress: Progress,
) -> Scan:
    """Compare files with what is known of them, and cut into chunks what is new.

    A file of the same size and time is not read; one of the same content is not cut. A file that vanishes meanwhile
    counts as gone.

    Args:
        root: The folder.
        paths: Its files, relative to it.
        known: Records of the last run by path.
        chunk: The chunks of a file, from its path and text.
        progress: Told how many files are read.
    """
    result, listed = Scan(), list(paths)
    with Inside(root) as inside:
        for number, path in enumerate(listed, start=1):
            record, text = _read(inside, path, known.get(path))
            if record is not None:
                result.records.append(record)
                _compare(result, record, known.get(path), text, chunk)
            progress("Reading files", number, len(listed))
    gone = {path for path, old in known.items() if not old.skipped} - {record.path for record in result.records}
    result.stale |= gone
    result.removed += len(gone)
    return result


def _read(inside: Inside, path: str, old: FileRecord | None) -> tuple[FileRecord | None, str | None]:
    """A file's record and text; no text where it need not be read, no record where it is gone."""
    try:
        status = inside.status(path)
        why = unwanted(path, status.st_size) if stat.S_ISREG(status.st_mode) else SPECIAL
        if why:
            return _skipped(path, why, size=status.st_size), None
        if old is not None and old.modified and (old.size, old.modified) == (status.st_size, status.st_mtime_ns):
            return old, None
        status, content = inside.read(path, most=MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except UnsafePathError as error:
        return _skipped(path, str(error)), None
    except OSError:
        return _skipped(path, "unreadable"), None
    text, why = readable_text(path, content) if len(content) <= MAX_BYTES else ("", LARGE)
    settled = status.st_mtime_ns < time.time_ns() - _SETTLED
    return FileRecord(
        path=path,
        size=status.st_size,
        modified=status.st_mtime_ns if settled else 0,
        digest=hashlib.sha256(content).hexdigest(),
        language="" if why else file_language(path, text),
        skipped=why,
    ), text


def _skipped(path: str, why: str, *, size: int = 0) -> FileRecord:
    return FileRecord(path=path, size=size, modified=0, digest="", language="", skipped=why)


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

"""SHA-256 of files, computed once for as long as a file stays as it is."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from codequest.errors import InvalidInputError
from codequest.files import cache_root, replace_file
from codequest.json_files import read_json, refuse_irregular

_REMEMBERED_FROM = 2**20  # bytes; a smaller file is read as fast as the note about it
_SETTLED_AFTER = 2.0  # seconds; within the grain of a file system's clock a second write would go unnoticed


@dataclass(frozen=True, slots=True)
class _Note:
    """The digest of a file, and the state that it had; the last of its times cannot be set by a program."""

    digest: str
    device: int
    inode: int
    size: int
    modified: int
    changed: int


def file_digest(path: Path) -> str:
    """SHA-256 of a regular file, in hexadecimal digits.

    That of a large file is remembered in the cache folder until size, times or inode of the file change: hashing the
    weights of the shipped static encoder takes 25 ms, finding the note 0.3 ms.

    Raises:
        OSError: Missing, unreadable, or no regular file.
    """
    size = refuse_irregular(path)
    if size < _REMEMBERED_FROM:
        return _hashed(path)
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]
    place = cache_root() / "digests" / f"{name}.json"
    found = _remembered(place)
    if found is not None and found == _note(path, found.digest):
        return found.digest
    note = _note(path, _hashed(path))
    if time.time() - note.changed / 1e9 > _SETTLED_AFTER:
        with suppress(OSError):  # where nothing can be kept, the next call hashes again
            replace_file(place, json.dumps(asdict(note)).encode())
    return note.digest


def _remembered(place: Path) -> _Note | None:
    try:
        return read_json(place, _Note, error=InvalidInputError, remedy="")
    except InvalidInputError:  # none yet, or damaged: it is made anew
        return None


def _note(path: Path, digest: str) -> _Note:
    status = path.stat()
    return _Note(digest, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _hashed(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()

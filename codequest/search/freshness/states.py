"""States of files: what of their status tells that they have changed, and from when on it can be relied on.

Two changes within one tick of a file system's clock leave the same times. So the state of a file that has changed in
the tick in which it was read is not kept: see "racy" in git's own documentation of its index
(https://git-scm.com/docs/racy-git). The clock is that of the file system, read off a file that is touched in it.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

FileState = tuple[int, int, int, int]
"""Size in bytes, time of the last change of the content and of the status in ns, and number of the file."""

ABSENT: FileState = (0, 0, 0, 0)
"""State of what is not there."""

UNSETTLED: FileState = (-1, -1, -1, -1)
"""Kept of a file whose state says nothing: it is another one than any file has."""

_MOST = 2**63 - 1  # of an integer in SQLite
_LONGEST_TICK = 2_000_000_000  # ns, that of FAT: of file systems whose clock is not read
_TRIES, _BETWEEN = 5, 0.004  # seconds; the longest tick of Linux is 10 ms


def state_of(status: os.stat_result) -> FileState:
    """The state that a status tells."""
    return status.st_size & _MOST, status.st_mtime_ns & _MOST, status.st_ctime_ns & _MOST, status.st_ino & _MOST


def state_at(path: str) -> FileState:
    """The state of a file, a folder, or a link itself."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return ABSENT
    return status.st_size & _MOST, status.st_mtime_ns & _MOST, status.st_ctime_ns & _MOST, status.st_ino & _MOST


class FileClock:
    """The clock of a file system.

    Args:
        file: A file in it that may be touched.

    Raises:
        OSError: It may not.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.tick()

    def tick(self) -> None:
        """Read the clock."""
        os.utime(self._file)
        status = self._file.stat()
        self._now, self._device, self._elsewhere = status.st_mtime_ns, status.st_dev, time.time_ns() - _LONGEST_TICK

    def is_past(self, status: os.stat_result) -> bool:
        """Tell whether the next change of a file will give it another time; waits where the tick is almost over."""
        for again in range(_TRIES):
            if self._was_before(status):
                return True
            time.sleep(_BETWEEN if again else 0)
            self.tick()
        return self._was_before(status)

    def state_before(self, path: str) -> FileState:
        """The state of a file or folder as it was when the clock was read; `UNSETTLED` if it may have changed since."""
        try:
            status = os.lstat(path)
        except (OSError, ValueError):
            return ABSENT
        return state_of(status) if self._was_before(status) else UNSETTLED

    def _was_before(self, status: os.stat_result) -> bool:
        changed = status.st_mtime_ns if os.name == "nt" else status.st_ctime_ns
        return changed < (self._now if status.st_dev == self._device else self._elsewhere)

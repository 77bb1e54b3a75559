"""Locks of open files, which the system takes from a process when it ends, however it ends."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import IO, Any, Literal

Lock = Literal["mine", "taken", "unknown"]
"""The lock was free and is held now; another process holds it; this file system has no locks."""

if sys.platform == "win32":
    import msvcrt

    def take_lock(file: IO[Any]) -> Lock:
        """Hold the lock of a file open for writing until it is closed, also across machines that share it."""
        file.seek(0)
        with suppress(OSError):
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return "mine"
        return "taken"

else:
    import fcntl

    def take_lock(file: IO[Any]) -> Lock:
        """Hold the lock of a file open for writing until it is closed, also across machines that share it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return "taken"
        except OSError:
            return "unknown"
        return "mine"

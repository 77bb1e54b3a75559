"""What a run that embeds an index with its teacher says of itself while it goes on."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from codequest.errors import CodeIndexError
from codequest.files import replace_file
from codequest.json_files import read_json
from codequest.progress import time_left
from codequest.search.home import TEACHER_RUN_FILE
from codequest.texts import counted

if TYPE_CHECKING:
    from codequest.search.home import IndexHome

_BETWEEN_WRITES = 2.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherRun:
    """State of a run that embeds chunks with the teacher.

    Attributes:
        process: Its process id.
        background: Whether it goes on by itself, without a terminal.
        began: When it began, ISO 8601 in UTC.
        done: Number of chunks that it has embedded.
        total: Number of chunks that had no vector of the teacher when it began.
        rate: Chunks a second; 0 while that is not known.
        seconds_left: At this rate; None while that is not known.
    """

    process: int
    background: bool
    began: str
    done: int
    total: int
    rate: float
    seconds_left: float | None

    @classmethod
    def of(cls, home: IndexHome) -> TeacherRun | None:
        """The run that goes on now, if there is one."""
        if not home.is_being_taught():
            return None
        with suppress(CodeIndexError):  # it has just begun, or just ended
            return read_json(home.folder / TEACHER_RUN_FILE, cls, error=CodeIndexError, remedy="")
        return None

    def __str__(self) -> str:
        share = (
            f"{self.done:,} of {counted(self.total, 'chunk')}, {self.rate:.1f} a second, {time_left(self.seconds_left)}"
        )
        where = "in the background, " if self.background else ""
        began = datetime.fromisoformat(self.began).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        return f"{share} ({where}process {self.process}, since {began})"


class RunRecord:
    """Writes the state of a run next to its index, for whoever asks.

    Args:
        home: The index.
        total: Number of chunks to embed.
        background: Whether it goes on by itself.
    """

    def __init__(self, home: IndexHome, *, total: int, background: bool) -> None:
        self._home, self._written = home, 0.0
        self._first: tuple[float, int] | None = None
        began = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self._run = TeacherRun(
            process=os.getpid(), background=background, began=began, done=0, total=total, rate=0.0, seconds_left=None
        )
        self._write()

    def report(self, done: int) -> None:
        """Say how many chunks are embedded."""
        now = time.monotonic()
        began, before = self._first = self._first or (now, done)
        if now - self._written < _BETWEEN_WRITES:
            return
        rate = (done - before) / (now - began) if now > began else 0.0
        left = (self._run.total - done) / rate if rate > 0 else None
        self._run = replace(self._run, done=done, rate=rate, seconds_left=left)
        self._written = now
        self._write()

    def remove(self) -> None:
        """Nothing goes on any more."""
        with suppress(OSError):
            (self._home.folder / TEACHER_RUN_FILE).unlink()

    def _write(self) -> None:
        if self._home.folder.is_dir():  # which must not be made again where somebody has removed it
            with suppress(OSError):
                replace_file(self._home.folder / TEACHER_RUN_FILE, json.dumps(asdict(self._run)).encode())

"""The teacher's pass in a process of its own, at the lowest priority, after the prompt is back."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from codequest.errors import BackgroundRunError, CodequestError
from codequest.files import cache_root
from codequest.search.home import TEACHER_LOG_FILE, IndexHome
from codequest.search.teaching.teacher_pass import is_there, teach_index
from codequest.search.teaching.teacher_run import TeacherRun

_LOG_BYTES = 100_000
_BETWEEN_LINES = 300.0  # seconds
_PATIENCE = 60.0  # seconds until the other process must have begun
_OTHER_RUNS, _GONE = 3, 4  # exit codes
_TRIES = 20  # of the lock, which whoever asks for the state of the run holds for a moment
_LOG = logging.getLogger("codequest.search.teaching.background")


def start_background(home: IndexHome, *, teacher: str | None = None) -> int:
    """Begin the teacher's pass over an index in another process, which goes on when this one ends.

    Args:
        home: The index.
        teacher: Name that the caller has said, as for `codequest.search.CodeIndex.build`.

    Returns:
        The id of the process.

    Raises:
        BackgroundRunError: A run goes on already, in the background or not, or the process could not begin.
    """
    _refuse_second(home)
    command = [sys.executable, "-m", __name__, str(home.root), str(home.folder), *([teacher] if teacher else [])]
    lowest: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        lowest = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.IDLE_PRIORITY_CLASS}
    child: subprocess.Popen[bytes] = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=home.root.anchor,  # neither code of the indexed folder is imported, nor is the folder kept in use
        env={**os.environ, "CODEQUEST_CACHE": str(cache_root().resolve())},
        **lowest,
    )
    began = time.monotonic()
    while child.poll() is None and not home.is_being_taught():
        if time.monotonic() - began > _PATIENCE:
            child.kill()
            raise BackgroundRunError(f"The process did not begin within {_PATIENCE:.0f} s: the machine is too busy.")
        time.sleep(0.05)
    if child.returncode == _OTHER_RUNS:
        _refuse_second(home)
    elif child.returncode:
        raise BackgroundRunError(
            f"The process ended at once (exit code {child.returncode}). {home.folder / TEACHER_LOG_FILE} says why."
        )
    return child.pid


def _refuse_second(home: IndexHome) -> None:
    if not home.is_being_taught():
        return
    run = TeacherRun.of(home)
    says = f": {run}" if run else ", which has just begun"
    raise BackgroundRunError(f"A run already embeds {home.root} with its teacher{says}. Only one does at a time.")


def main(arguments: list[str]) -> int:
    """Embed what has no vector of the teacher yet; the exit code.

    Args:
        arguments: The indexed folder, the folder of its index and perhaps the name of the teacher.
    """
    root, folder, *said = arguments
    home = IndexHome(Path(root), Path(folder))
    home.refuse_links()
    handler = RotatingFileHandler(home.folder / TEACHER_LOG_FILE, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(message)s"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    warnings.showwarning = lambda message, *_: _LOG.warning("%s", message)
    return _logged(home, said[0] if said else None)


def _give_way() -> None:
    """The lowest priority, for this process and, where Linux shares CPUs out among sessions first, for its session."""
    with suppress(OSError, AttributeError):  # there is no nice on Windows, whose priority the caller has set
        os.nice(19)
    with suppress(OSError):  # other systems, or another process has just asked for the same
        Path("/proc/self/autogroup").write_text("19", encoding="ascii")


def _logged(home: IndexHome, said: str | None) -> int:
    try:
        _LOG.info("begins")
        teach_index(home, teacher=said, background=True, waiting=_Patience(home), progress=_Lines())
        _LOG.info("every chunk has its teacher's vector")
    except KeyboardInterrupt:
        _LOG.info("stopped; what is done is kept")
    except BackgroundRunError as error:
        _LOG.info("%s", error)
        return _OTHER_RUNS
    except CodequestError as error:
        if not is_there(home):
            return _GONE  # and the log with it
        _LOG.error("%s", error)
        return 2
    except Exception:
        _LOG.exception("failed")
        return 1
    return 0


class _Patience:
    """Called while another run has the right to embed; gives up soon."""

    def __init__(self, home: IndexHome) -> None:
        self._home, self._tries = home, 0

    def __call__(self) -> None:
        self._tries += 1
        if self._tries > _TRIES:
            _refuse_second(self._home)


class _Lines:
    """Progress as a line of the log every few minutes."""

    def __init__(self) -> None:
        self._said = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said > _BETWEEN_LINES:
            self._said = now
            _LOG.info("%s: %d of %d", what, done, total)


if __name__ == "__main__":
    _give_way()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what is done is published
    sys.exit(main(sys.argv[1:]))

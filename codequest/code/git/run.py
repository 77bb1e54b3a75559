"""A git process that is bounded in time, memory and the length of its answer, and connects to nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from codequest.errors import GitError
from codequest.texts import visible_line

MOST_SECONDS = 30.0
"""Longest that one answer may take; a list of all files of Linux takes one second."""

PATIENCE = 2.0
"""Seconds after which rules are looked for that would hold git for long; where there are some, it is not waited for."""

MOST_BYTES = 128 << 20
"""Longest answer; all files of Chromium are 30 MB. An index writes what names have in common once: a few MB of it can
be gigabytes of names."""

_MOST_OF_ERRORS = 64 << 10  # bytes that are kept
_MOST_MEMORY = 2 << 30  # bytes
_AT_ONCE = 1 << 20  # bytes

_KEPT = ("GIT_CONFIG", "GIT_EXEC_PATH", "GIT_TEST_ASSUME_DIFFERENT_OWNER")
"""Beginnings of the caller's variables that stay: his own settings. The others send git to another repository, have it
run a program or write a trace."""


def run_git(
    command: list[str], *, ceiling: Path, told: bytes = b"", held_by: Callable[[], str] = str
) -> subprocess.CompletedProcess[bytes]:
    """Run git; what holds a slow one is asked for after a while.

    Args:
        command: Its program and arguments.
        ceiling: Folder in which no repository is looked for any more, nor above it.
        told: What it reads.
        held_by: Tells why it takes long; empty where nothing is known of that.

    Raises:
        GitError: It is held by something, or its answer is too long.
        TimeoutExpired: It takes too long nevertheless.
    """
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment(ceiling)) as process,
        ThreadPoolExecutor(3) as threads,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            _bound_memory(process.pid)
            threads.submit(_tell, process.stdin, told)
            answer = threads.submit(_read, process.stdout, MOST_BYTES, process.kill)
            errors = threads.submit(_read, process.stderr, _MOST_OF_ERRORS)
            _wait_for([answer, errors], held_by, command)
            process.wait()
        except BaseException:
            process.kill()
            raise
    if len(answer.result()) > MOST_BYTES:
        raise GitError(f"git is not listened to: its answer is longer than {MOST_BYTES >> 20} MiB.")
    return subprocess.CompletedProcess(command, process.returncode, answer.result(), errors.result())


def _wait_for(read: list[Future[bytes]], held_by: Callable[[], str], command: list[str]) -> None:
    if not wait(read, PATIENCE).not_done:
        return
    holds = held_by()
    if holds:
        raise GitError(f"git is not waited for: {visible_line(holds)}.")
    if wait(read, MOST_SECONDS - PATIENCE).not_done:
        raise subprocess.TimeoutExpired(command, MOST_SECONDS)


def _tell(stream: IO[bytes], told: bytes) -> None:
    with suppress(OSError), stream:  # git may end without having read all
        stream.write(told)


def _read(stream: IO[bytes], most: int, stop: Callable[[], Any] | None = None) -> bytes:
    """All of a stream; of one that is longer the first piece more than that, the rest is stopped or passed over."""
    pieces, size = [], 0
    while piece := stream.read(_AT_ONCE):
        if size <= most:
            pieces.append(piece)
        elif stop is not None:
            stop()
        size += len(piece)
    return b"".join(pieces)


def _environment(ceiling: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)},
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_CEILING_DIRECTORIES": str(ceiling),
        "GIT_DISCOVERY_ACROSS_FILESYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _bound_memory(process: int) -> None:
    """Hold a process to what the largest repositories need, where the system can: git reads files of rules whole."""
    with suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        resource.prlimit(process, resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))

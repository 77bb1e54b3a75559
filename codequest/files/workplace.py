"""Workplaces: hidden folders in which files are written before they get their name.

A workplace lies next to what is made in it, and holds a file that its owner has locked. The system gives the lock back
when the owner ends, however it ends, so that a lock which is free says for certain that nobody works there any more,
whatever the process ids of containers are and on whichever machine the owner ran.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from codequest.files.lock import take_lock

NEW = "new"
"""Name, in a workplace, of what is being made."""

OLD = "old"
"""Name, in a workplace, of what is being replaced: it goes back if nothing is in its place."""

_LOCK, _REMOVED = "lock", "removed"
_NAME = re.compile(r"\.(?P<final>.+)\.codequest-[0-9a-f]{12}")

_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # a link or a pipe is no lock

_Held = tuple[Path, BinaryIO]  # a workplace, and its lock


@contextmanager
def workplace(final: Path) -> Iterator[Path]:
    """A new workplace next to a final name, removed at the end; before, what killed processes left there is cleared.

    Args:
        final: Name of what is made; its folder is made if it does not exist.

    Raises:
        OSError: No permission or no space.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    tidy(final.parent)
    folder, lock = _opened(final)
    try:
        yield folder
    finally:
        _clear(folder, lock)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for work in ``$TMPDIR`` whose leftovers, if the process is killed, the next one removes.

    Raises:
        OSError: No permission or no space.
    """
    with workplace(Path(tempfile.gettempdir()) / "scratch") as work:
        folder = work / NEW
        folder.mkdir()
        yield folder


def put_back(final: Path) -> None:
    """Put back what is missing because a process was killed while it replaced it; to be called before a read."""
    if not os.path.lexists(final):
        tidy(final.parent, name=final.name)


def tidy(parent: Path, *, name: str | None = None) -> None:
    """Clear the workplaces that killed processes left in a folder; those of living ones stay.

    Args:
        parent: The folder; a missing one is tidy.
        name: Only what was made under this name.
    """
    with ExitStack() as opened:
        left: dict[Path, list[_Held]] = {}
        for folder, final in _workplaces(parent):
            if name in (None, final.name) and (lock := _abandoned(folder, opened)):
                left.setdefault(final, []).append((folder, lock))
        for final, found in left.items():
            holders = [held for held in found if (held[0] / OLD).exists()]
            unclear = len(holders) > 1 and not os.path.lexists(final)
            for held in found:
                if not (unclear and held in holders):  # which one goes back is for people to say
                    _clear(*held)


def _workplaces(parent: Path) -> list[tuple[Path, Path]]:
    """This user's workplaces in a folder, each with the final name that it is for."""
    found = []
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            match = _NAME.fullmatch(entry.name)
            if match and _is_own_folder(entry.path):
                found.append((Path(entry.path), parent / match["final"]))
    return found


def _is_own_folder(path: str) -> bool:
    with suppress(OSError):  # it was removed meanwhile
        status = os.lstat(path)
        return stat.S_ISDIR(status.st_mode) and (not hasattr(os, "geteuid") or status.st_uid == os.geteuid())
    return False


def _opened(final: Path) -> _Held:
    """A new workplace and its lock, held."""
    while True:
        folder = final.with_name(f".{final.name}.codequest-{secrets.token_hex(6)}")
        folder.mkdir(mode=0o700)
        try:
            lock = (folder / _LOCK).open("xb")
        except FileNotFoundError:  # taken for a leftover, by a process that tidies up, before there was a lock
            continue
        except OSError:
            folder.rmdir()
            raise
        if take_lock(lock) != "taken" and _is_there(lock, folder):
            return folder, lock
        lock.close()  # the same, a moment later


def _is_there(lock: BinaryIO, folder: Path) -> bool:
    """Tell whether an open lock is still that of the folder: whoever removes a workplace holds its lock."""
    with suppress(OSError):
        found = os.lstat(folder / _LOCK)
        return stat.S_ISREG(found.st_mode) and os.path.samestat(os.fstat(lock.fileno()), found)
    return False


def _abandoned(folder: Path, opened: ExitStack) -> BinaryIO | None:
    """The lock of a workplace, held from then on, if its owner is gone for certain."""
    try:
        handle = os.open(folder / _LOCK, os.O_RDWR | _CAREFULLY)
    except FileNotFoundError:
        with suppress(OSError):  # its owner makes the lock first of all; if it lives, it will make another workplace
            folder.rmdir()
        return None
    except OSError:
        return None
    lock = opened.enter_context(os.fdopen(handle, "rb", buffering=0))
    return lock if take_lock(lock) == "mine" and _is_there(lock, folder) else None


def _clear(folder: Path, lock: BinaryIO) -> None:
    """Remove a workplace whose lock is held; what was moved aside goes back if nothing is in its place."""
    old, final = folder / OLD, _final(folder)
    with suppress(OSError):
        if old.exists() and not os.path.lexists(final):
            old.rename(final)
        if old.exists():
            old.rename(folder / _REMOVED)  # half removed, it must never go back
    for name in (NEW, _REMOVED):
        _remove(folder / name)
    with suppress(OSError):  # somebody removes it as well
        nothing_left = os.listdir(folder) == [_LOCK]
        lock.close()  # an open file cannot be removed everywhere
        if nothing_left:
            (folder / _LOCK).unlink()
            folder.rmdir()


def _final(folder: Path) -> Path:
    match = _NAME.fullmatch(folder.name)
    assert match is not None
    return folder.with_name(match["final"])


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()

"""Files below a folder, opened without leaving it.

A stranger's folder may hold links, pipes and a git index with any path in it, and it may change while it is read. So a
path is not looked at and then opened: it is opened folder by folder, each below the one before and none through a link,
and what was opened is what is looked at. A second name of a file elsewhere (a hard link) cannot be told from a file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from codequest.errors import UnsafePathError

ROOT = ""
"""The path of the folder itself."""

LINK, OUTSIDE, SPECIAL = "symbolic link", "path that leads out of the folder", "not a regular file"

BY_HANDLE = {os.open, os.stat} <= os.supports_dir_fd and os.scandir in os.supports_fd and hasattr(os, "O_NOFOLLOW")
"""Whether the system opens a name below an open folder; on Windows, what was opened is checked again instead."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_REPARSE_POINT = 0x400  # a link or junction of Windows


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a folder.

    Attributes:
        name: Its name.
        is_folder: Whether it is a folder; a link is none.
        is_link: Whether it is a link, to whatever.
    """

    name: str
    is_folder: bool
    is_link: bool

    @classmethod
    def of(cls, name: str, status: os.stat_result) -> Entry:
        """The entry of this status."""
        return cls(name, stat.S_ISDIR(status.st_mode), _is_link(status))


class Inside:
    """A folder and what lies in it; to be closed, and used by one thread at a time.

    Paths are relative to it, with forward slashes. Links that lead to the folder itself are followed once, when it is
    opened: whoever named it meant where they lead.

    Args:
        root: The folder.

    Raises:
        OSError: There is no such folder, or it may not be read.
    """

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.realpath(root))
        self._folder, self._handle = "", -1  # the folder that was used last, since most files come folder by folder
        self._root_handle = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY) if BY_HANDLE else -1

    def __enter__(self) -> Inside:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()
        if self._root_handle >= 0:
            os.close(self._root_handle)

    def status(self, path: str) -> os.stat_result:
        """The status of a file, or of a link itself.

        Raises:
            UnsafePathError: The path leads out of the folder, or a folder on it is a link.
            OSError: There is nothing, or it may not be read.
        """
        folder, name = _split(path)
        return self._status(self._enter(folder), folder, name)

    def read(self, path: str, *, most: int) -> tuple[os.stat_result, bytes]:
        """The status and content of a file; of one that is longer one byte more than asked for.

        Args:
            path: The file.
            most: How many bytes are wanted.

        Raises:
            UnsafePathError: The path leads out of the folder, something on it is a link, or it is no regular file.
            OSError: There is nothing, or it may not be read.
        """
        folder, name = _split(path)
        with self._opened(folder, name) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnsafePathError(SPECIAL)
            return status, file.read(most + 1)

    def entries(self, folder: str) -> list[Entry]:
        """What is in a folder, by name.

        Raises:
            UnsafePathError: The path leads out of the folder, or something on it is a link.
            OSError: There is nothing, or it may not be read.
        """
        handle = self._enter(folder)
        with os.scandir(handle if BY_HANDLE else self._root / folder) as found:
            entries = [_entry(each) for each in found]
        return sorted(entries, key=lambda entry: entry.name)

    @contextmanager
    def _opened(self, folder: str, name: str) -> Iterator[BinaryIO]:
        handle = self._enter(folder)
        status = self._status(handle, folder, name)
        if _is_link(status) or not stat.S_ISREG(status.st_mode):  # a device may act when it is opened
            raise UnsafePathError(LINK if _is_link(status) else SPECIAL)
        place = name if BY_HANDLE else self._root / folder / name
        with os.fdopen(os.open(place, _FLAGS, dir_fd=handle if BY_HANDLE else None), "rb") as file:
            if not BY_HANDLE:
                self._enter(folder)
                if not os.path.samestat(os.fstat(file.fileno()), self._status(handle, folder, name)):
                    raise UnsafePathError(LINK)
            yield file

    def _status(self, handle: int, folder: str, name: str) -> os.stat_result:
        if BY_HANDLE:
            return os.stat(name, dir_fd=handle, follow_symlinks=False)
        return (self._root / folder / name).lstat()

    def _enter(self, folder: str) -> int:
        """Handle of a folder; without handles, a look at every folder on the way."""
        if not BY_HANDLE:
            _refuse_links(self._root, folder)
            return -1
        if folder != self._folder or self._handle < 0:
            names, start = _parts(folder), self._root_handle
            if self._handle >= 0 and self._folder and folder.startswith(f"{self._folder}/"):  # a deep one, step by step
                names, start = _parts(folder[len(self._folder) + 1 :]), self._handle
            handle = self._descended(names, start)
            self._leave()
            self._handle, self._folder = handle, folder
        return self._handle

    def _descended(self, names: list[str], start: int) -> int:
        handle = os.dup(start)
        for name in names:
            try:
                inner = os.open(name, _FLAGS | os.O_DIRECTORY, dir_fd=handle)
            except OSError:
                if _is_link_below(handle, name):
                    raise UnsafePathError(LINK) from None
                raise
            finally:
                os.close(handle)
            handle = inner
        return handle

    def _leave(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
        self._folder, self._handle = "", -1


def _entry(found: os.DirEntry[str]) -> Entry:
    """An entry; where a folder lists what its names are, without a look at each of them."""
    if BY_HANDLE:
        return Entry(found.name, found.is_dir(follow_symlinks=False), found.is_symlink())
    return Entry.of(found.name, found.stat(follow_symlinks=False))


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    if not _parts(path):
        raise UnsafePathError(OUTSIDE)
    return folder, name


def _parts(path: str) -> list[str]:
    """The names on a path; none but plain ones."""
    names = path.split("/") if path else []
    special = "\0" if os.sep == "/" else "\0\\:"
    if any(name in ("", ".", "..") or any(sign in name for sign in special) for name in names):
        raise UnsafePathError(OUTSIDE)
    return names


def _is_link_below(handle: int, name: str) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _refuse_links(root: Path, folder: str) -> None:
    place = root
    for name in _parts(folder):
        place /= name
        if _is_link(place.lstat()):
            raise UnsafePathError(LINK)


def _is_link(status: os.stat_result) -> bool:
    return stat.S_ISLNK(status.st_mode) or bool(getattr(status, "st_file_attributes", 0) & _REPARSE_POINT)

"""Place of an index: in the indexed folder, or in codequest's cache where that cannot be written."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from codequest.arguments import did_you_mean_path, path_given
from codequest.code.git import Repository
from codequest.errors import CodeIndexError, ForeignIndexError, IndexNotFoundError, require
from codequest.progress import Progress
from codequest.search.freshness.states import FileClock
from codequest.search.home_parts import places, remove, strange
from codequest.search.meta import META_FILE, IndexMeta
from codequest.search.own_indexes import has_made, is_own
from codequest.search.store import STORE_FOLDER

TEACHER_RUN_FILE, TEACHER_LOG_FILE = "teacher.json", "teacher.log"
OLDER_LOG_FILE = f"{TEACHER_LOG_FILE}.1"
"""What the run says of itself that embeds with the teacher, and what one in the background has said."""

_LOCK, _TEACHER_LOCK, _GITIGNORE = "lock", "teacher.lock", ".gitignore"
_OF_RUNS = (TEACHER_RUN_FILE, TEACHER_LOG_FILE, OLDER_LOG_FILE)
_PARTS = (META_FILE, STORE_FOLDER, _LOCK, _TEACHER_LOCK, _GITIGNORE, *_OF_RUNS)
_BETWEEN_TRIES = 0.2  # seconds
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True, slots=True)
class IndexHome:
    """The folder of an index, and what it indexes.

    Attributes:
        root: The indexed folder, absolute.
        folder: Where the index is.
    """

    root: Path
    folder: Path

    @classmethod
    def find(cls, path: str | Path) -> IndexHome:
        """The index of a folder, or of the nearest folder around it that has one.

        A work tree or repository inside another one is no part of it: an index of the outer one is not its index.

        Raises:
            IndexNotFoundError: There is no index; the message says how to make it.
        """
        start = path_given(path, "The indexed folder").resolve()
        if not start.exists():
            raise IndexNotFoundError(f"{start} does not exist, so it has no code index.{did_you_mean_path(start)}")
        own = Repository.around(start)
        foreign = []
        for root in (start, *start.parents):
            if own is not None and root in own.top.parents and Repository.around(root) is not None:
                break
            for home in (cls(root, folder) for folder in places(root)):
                try:
                    if home.has_index() and home.meta():
                        return home
                except ForeignIndexError as error:
                    foreign.append(str(error))
                except CodeIndexError:  # damaged, or of another version: opening it says so
                    return home
        raise IndexNotFoundError(
            f"{start} has no code index, and no folder around it has one. Make one with: codequest index {start}"
            if not foreign
            else f"{start} has no code index that can be relied on. {' '.join(foreign)} Make your own with: codequest "
            f"index {start}"
        )

    @classmethod
    def is_indexed(cls, folder: Path) -> bool:
        """Tell whether exactly this folder has an index, of whomever."""
        root = folder.expanduser().resolve()
        return any(cls(root, place).has_index() for place in places(root))

    @classmethod
    def for_writing(cls, path: str | Path) -> IndexHome:
        """The index of exactly this folder, there or not; its folder exists and can be written.

        Raises:
            CodeIndexError: The path is not a folder, or neither it nor the cache can be written.
        """
        root = path_given(path, "The folder to index").resolve()
        if not root.is_dir():
            what, near = ("is a file", "") if root.exists() else ("does not exist", did_you_mean_path(root))
            raise CodeIndexError(f"{root} {what}. Give the folder whose code you want to search.{near}")
        problems = []
        for folder in places(root):
            problem = _prepare(folder)
            if problem is None:
                return cls(root, folder)
            problems.append(f"{folder}: {problem}")
            if cls(root, folder)._is_believed():
                break  # the index that searches find must not be older than another one
        raise CodeIndexError(
            f"The index of {root} cannot be written: {'; '.join(problems)}. Allow writing there, or set "
            "CODEQUEST_CACHE to a folder that can be written."
        )

    def has_index(self) -> bool:
        """Tell whether an index is here, of whomever."""
        return os.path.lexists(self.folder / META_FILE)

    def stamp(self) -> tuple[int, int]:
        """What is another one whenever the contents are.

        Raises:
            CodeIndexError: The index is gone.
        """
        try:
            status = (self.folder / META_FILE).lstat()
        except OSError as error:
            raise CodeIndexError(
                f"The index in {self.folder} is gone. Make it again: codequest index {self.root}"
            ) from error
        return status.st_mtime_ns, status.st_ino

    def meta(self) -> IndexMeta:
        """Contents of the index.

        Raises:
            ForeignIndexError: Somebody else may have made it, or it leads elsewhere.
            OlderIndexError: An earlier codequest has made it.
            CodeIndexError: It is damaged, or of a later version.
        """
        return self._own(IndexMeta.read)

    def older_meta(self) -> IndexMeta:
        """The same of an index that an earlier codequest has made."""
        return self._own(IndexMeta.read_older)

    def _own(self, read: Callable[..., IndexMeta]) -> IndexMeta:
        in_cache = self.folder == places(self.root)[1]
        if not in_cache and not has_made(self.root):
            raise self._foreign("was not made here by you")
        self.refuse_links()
        meta = read(self.folder, root=self.root)
        if not in_cache and not is_own(self.root, meta.token):
            raise self._foreign("is not the one that you made here")
        return meta

    def refuse_links(self) -> None:
        """Refuse an index that leads elsewhere: its engines open files by their paths, and follow links.

        Between this look and theirs a process of this machine that may write here could put in a link; what is
        looked at is what an archive or a repository can bring.

        Raises:
            ForeignIndexError: The folder, or something in it, is a link or no file.
        """
        parts = [self.folder / name for name in _PARTS if os.path.lexists(self.folder / name)]
        why = f"{self.folder} is a symbolic link" if self.folder.is_symlink() else ""
        why = why or next(filter(None, map(strange, parts)), "")
        if why:
            raise self._foreign(f"is not read, because {why}")

    def publish(self, meta: IndexMeta) -> None:
        """Make these the contents of the index, in one step.

        Raises:
            ForeignIndexError: It leads elsewhere by now.
            CodeIndexError: It cannot be written.
        """
        self.refuse_links()
        try:
            meta.write(self.folder)
        except OSError as error:
            raise CodeIndexError(
                f"The index in {self.folder} cannot be written ({error.strerror}). The index as it was before is "
                "intact."
            ) from error

    def clear(self) -> None:
        """Remove what an index consists of, whoever made it, and nothing else; links are removed, not followed."""
        for name in (META_FILE, STORE_FOLDER, _GITIGNORE, *_OF_RUNS):
            remove(self.folder / name)
        _write_gitignore(self.folder)

    def _is_believed(self) -> bool:
        try:
            return self.has_index() and bool(self.meta())
        except CodeIndexError as error:
            return not isinstance(error, ForeignIndexError)

    def _foreign(self, why: str) -> ForeignIndexError:
        return ForeignIndexError(f"The index in {self.folder} {why}.")

    @contextmanager
    def locked(self, progress: Progress) -> Iterator[None]:
        """Hold the only right to write; waits for another run, and says so."""
        with self._held(_LOCK, lambda: progress("Waiting for another run that indexes this folder", 0, 1)):
            yield

    @contextmanager
    def teaching(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the only right to embed with the teacher; searches and other runs go on meanwhile.

        Args:
            waiting: Called again and again while another run has it.
        """
        with self._held(_TEACHER_LOCK, waiting):
            yield

    def is_being_taught(self) -> bool:
        """Tell whether a run embeds with the teacher now."""
        filelock = require("filelock", extra="search")
        lock = self.folder / _TEACHER_LOCK
        if not lock.is_file():
            return False
        try:
            with filelock.FileLock(lock, timeout=0):
                return False
        except (filelock.Timeout, OSError):
            return True

    @contextmanager
    def _held(self, name: str, waiting: Callable[[], None]) -> Iterator[None]:
        filelock = require("filelock", extra="search")
        lock = filelock.FileLock(self.folder / name, timeout=0)
        while True:
            try:
                lock.acquire()
                break
            except filelock.Timeout:
                waiting()
                time.sleep(_BETWEEN_TRIES)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def locked_at_once(self) -> Iterator[bool]:
        """Hold the only right to write if no other run has it; tells whether.

        Raises:
            CodeIndexError: Nothing can be written there.
        """
        filelock = require("filelock", extra="search")
        lock = filelock.FileLock(self.folder / _LOCK, timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout:
            yield False
            return
        except OSError as error:
            raise CodeIndexError(f"The index in {self.folder} cannot be written ({error.strerror}).") from error
        try:
            yield True
        finally:
            lock.release()

    def clock(self) -> FileClock:
        """The clock of the file system that the index is in.

        Raises:
            CodeIndexError: Nothing can be written there.
        """
        try:
            return FileClock(self.folder / _LOCK)
        except OSError as error:
            raise CodeIndexError(f"The index in {self.folder} cannot be written ({error.strerror}).") from error


def _prepare(folder: Path) -> str | None:
    """Make the folder; why it cannot be written, if so."""
    try:
        if folder.is_symlink():
            return "It is a symbolic link, which is not followed"
        folder.mkdir(parents=True, exist_ok=True)
        for name in (_GITIGNORE, _LOCK, _TEACHER_LOCK):
            if os.path.lexists(folder / name) and strange(folder / name, may_be_folder=False):
                remove(folder / name)
        if not (folder / _GITIGNORE).is_file():
            _write_gitignore(folder)
        for name in (_LOCK, _TEACHER_LOCK):
            os.close(os.open(folder / name, os.O_RDWR | os.O_CREAT | _NO_LINKS, 0o644))
    except OSError as error:
        return error.strerror or str(error)
    return None


def _write_gitignore(folder: Path) -> None:
    handle = os.open(folder / _GITIGNORE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS, 0o644)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("*\n")

"""Files and folders that are written whole before they get their name."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from codequest.files.exchange import exchange
from codequest.files.workplace import NEW, OLD, workplace


def followed(path: str | Path) -> Path:
    """The path that links lead to: saved there, their target is replaced, and the links stay.

    Raises:
        OSError: The links lead nowhere but to each other.
    """
    final = Path(os.path.realpath(Path(path).expanduser()))
    if final.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return final


def replace_file(final: Path, content: bytes) -> None:
    """Write a new file, then give it its final name, in place of what is there.

    Killed at any moment, it leaves the old file or the new one.

    Args:
        final: Final name; its folder is made if it does not exist. A link is replaced, not followed.
        content: The whole content of the file.

    Raises:
        OSError: No permission or no space, or a folder is there; nothing was changed.
    """
    with workplace(final) as work:
        new = work / NEW
        new.write_bytes(content)
        _keep_mode(final, new)
        _flush(new)
        new.replace(final)
        _flush(final.parent)


def save_file(path: str | Path, content: bytes) -> None:
    """Write a file where a user wants it: `replace_file`, but links are followed, and pipes and devices written to.

    Raises:
        OSError: No permission or no space, or a folder is there; nothing was changed.
    """
    path = Path(path).expanduser()
    if path.exists() and not path.is_file():
        path.write_bytes(content)
    else:
        replace_file(followed(path), content)


def replace_folder(final: Path, fill: Callable[[Path], None]) -> None:
    """Fill a new folder, then give it its final name, in place of what is there.

    Killed at any moment, it leaves the old folder or the new one. Where the system cannot exchange two names in one
    step, the old one may be missing until `put_back` or the next save.

    Args:
        final: Final name.
        fill: Writes the contents into the folder it is given; if it raises, everything stays as it was.

    Raises:
        OSError: No permission or no space, or a file or a link is there; nothing was changed.
    """
    with _filled(final, fill) as new:
        _keep_mode(final, new)
        try:
            new.rename(final)  # to a free name
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY) or not final.is_dir():
                raise
            if not exchange(new, final):
                final.rename(new.with_name(OLD))
                new.rename(final)  # if this fails, the old one goes back as the workplace is cleared
        _flush(final.parent)


def make_folder(final: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder of a cache as `replace_folder` does; of several processes that make the same one the first wins.

    Raises:
        OSError: No permission or no space; nothing was changed.
    """
    with _filled(final, fill) as new:
        try:
            new.rename(final)
        except OSError:
            if not final.is_dir():  # otherwise another process was first
                raise
        _flush(final.parent)


@contextmanager
def _filled(final: Path, fill: Callable[[Path], None]) -> Iterator[Path]:
    """A new folder with its contents, in a workplace."""
    with workplace(final) as work:
        new = work / NEW
        new.mkdir()
        fill(new)
        for path in (*new.rglob("*"), new):
            _flush(path)
        yield new


def _keep_mode(final: Path, new: Path) -> None:
    """Give what is new the permissions of what it replaces: what was private stays private."""
    with suppress(FileNotFoundError, NotADirectoryError):
        mode = final.lstat().st_mode
        if not stat.S_ISLNK(mode):
            new.chmod(stat.S_IMODE(mode))


def _flush(path: Path) -> None:
    """Write a file or folder onto the disk: a name that outlives a power cut must not lead to empty files."""
    if path.is_dir():
        with suppress(OSError):  # not every system can
            _synchronize(path, os.O_RDONLY)
    else:
        _synchronize(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)


def _synchronize(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Files and folders that appear whole or not at all, and the folder of everything kept between runs."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_STALE_AFTER_SECONDS = 3600


def cache_root() -> Path:
    """Folder of everything codequest keeps between runs: ``$CODEQUEST_CACHE`` or ``~/.cache/codequest``."""
    configured = os.environ.get("CODEQUEST_CACHE")
    if configured:
        return Path(configured).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "codequest"


def readable_json(values: Any) -> str:
    """JSON for files that people read and compare: the same values always give the same text.

    Raises:
        ValueError: A number is infinite or not a number, which JSON has no word for.
    """
    return json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def replace_file(final: Path, content: bytes) -> None:
    """Write a new file next to its final name, then rename it, in place of what is there.

    Args:
        final: Final name; its folder is made if it does not exist.
        content: The whole content of the file.

    Raises:
        OSError: No permission or no space; nothing was changed.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{final.name}-", dir=final.parent)
    work = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        work.chmod(0o644)
        work.replace(final)
    finally:
        work.unlink(missing_ok=True)


def replace_folder(final: Path, fill: Callable[[Path], None]) -> None:
    """Fill a new folder next to its final name, then rename it, in place of what is there.

    Args:
        final: Final name.
        fill: Writes the contents into the folder it is given; if it raises, everything stays as it was.

    Raises:
        OSError: No permission or no space; nothing was changed.
    """
    with _filled(final, fill) as work:
        _swap(work, final)


def make_folder(final: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder of a cache as `replace_folder` does; of several processes that make the same one the first wins.

    Unfinished folders that killed processes left an hour ago or earlier are removed.

    Raises:
        OSError: No permission or no space; nothing was changed.
    """
    for leftover in final.parent.glob(f".{final.name}-*"):
        with suppress(FileNotFoundError):  # its owner has just removed it
            if time.time() - leftover.stat().st_mtime > _STALE_AFTER_SECONDS:
                shutil.rmtree(leftover, ignore_errors=True)
    with _filled(final, fill) as work:
        try:
            work.rename(final)
        except OSError:
            if not final.exists():  # otherwise another process was first
                raise


@contextmanager
def _filled(final: Path, fill: Callable[[Path], None]) -> Iterator[Path]:
    """A new folder next to its final name, with its contents; removed if it was not renamed."""
    final.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))
    try:
        work.chmod(0o755)
        fill(work)
        for path in work.rglob("*"):
            if path.is_file():
                _flush(path)
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _flush(path: Path) -> None:
    """Write the files onto the disk: a rename that outlives a power cut must not lead to empty files."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _swap(work: Path, final: Path) -> None:
    if not final.exists():
        work.rename(final)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{final.name}-old-", dir=final.parent))
    old = final.rename(aside / "old")
    try:
        work.rename(final)
    except OSError:
        old.rename(final)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)

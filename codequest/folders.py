"""A folder is written whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def replace_folder(final: Path, fill: Callable[[Path], None]) -> None:
    """Fill a new folder beside its final name, then rename it, in place of what is there.

    Args:
        final: Where to.
        fill: Writes the contents into the folder it is given; what it raises leaves everything as it was.

    Raises:
        OSError: No permission or no space; nothing was changed.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))
    try:
        work.chmod(0o755)
        fill(work)
        for path in work.rglob("*"):
            if path.is_file():
                _flush(path)
        _swap(work, final)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _flush(path: Path) -> None:
    """Onto the disk: a rename that outlives a power cut must not lead to empty files."""
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

"""Folder of an index: where it may be, and whether what lies in it is what a run would have written."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from pathlib import Path

from codequest.code.unwanted import INDEX_FOLDER
from codequest.files import cache_root


def places(root: Path) -> tuple[Path, Path]:
    """The folders that the index of a folder may be in: inside it, or in the cache."""
    digest = hashlib.sha256(str(root).encode(errors="surrogateescape")).hexdigest()[:16]
    return root / INDEX_FOLDER, cache_root() / "indexes" / f"{root.name}-{digest}"


def strange(path: Path, *, may_be_folder: bool = True) -> str:
    """Why a file or folder, or something in it, is not what a run would have written; empty where nothing is."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return f"{path} is a symbolic link"
    if not stat.S_ISDIR(status.st_mode):
        return "" if stat.S_ISREG(status.st_mode) else f"{path} is no regular file"
    if not may_be_folder:
        return f"{path} is a folder"
    with os.scandir(path) as entries:
        odd = [Path(entry.path) for entry in entries if not entry.is_file(follow_symlinks=False)]
    return next(filter(None, map(strange, odd)), "")


def remove(path: Path) -> None:
    """Remove a file, a link or a folder; nothing where nothing is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()

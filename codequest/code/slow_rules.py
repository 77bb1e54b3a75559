"""Rules of a repository that git would read or match for ever: pipes, and globs of many stars.

git matches a star by trying every end of it, so that k of them take the k-th power of a name's length; these globs are
matched in linear time by `codequest.code.globs`, which the walk without git uses.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

RULES = ".gitignore"

_MOST_STARS = 3  # the cube of 255 takes milliseconds, the fourth power a second
_MOST_BYTES = 1_000_000
_MOST_SECONDS = 5.0
_STARS = re.compile(rb"\*+")
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_known: dict[Path, Path] = {}
"""Rules that were slow before, by the folder that git was asked about."""


def endless_rules(folder: Path, top: Path) -> str:
    """Rules, here or above, that git would wait for, or that it was slow with before; empty where there are none."""
    real = Path(os.path.realpath(folder))
    above = (place for place in (real, *real.parents) if place.is_relative_to(top))
    reasons = (_waits(place / RULES) for place in above)
    known = _known.get(real)
    return next(filter(None, reasons), "") or (slowness(known) if known is not None else "")


def find_slow_rules(folder: Path, top: Path, others: Iterable[Path]) -> str:
    """Rules that explain why git has not answered yet; empty where none are found within five seconds.

    Args:
        folder: What git was asked about.
        top: Folder of its repository.
        others: Files of rules that lie elsewhere.
    """
    real, until = Path(os.path.realpath(folder)), time.monotonic() + _MOST_SECONDS
    above = [place / RULES for place in real.parents if place.is_relative_to(top)]
    for path in (*others, *above, *_rules_below(real)):
        reason = slowness(path)
        if reason:
            _known[real] = path
            return reason
        if time.monotonic() > until:
            break
    return ""


def slowness(path: Path) -> str:
    """Why git would take long with a file of rules; empty where it would not."""
    waits = _waits(path)
    if waits:
        return waits
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError:
        return ""
    if len(content) > _MOST_BYTES:
        return f"{path} is larger than {_MOST_BYTES // 1_000_000} MB"
    lines = content.splitlines()
    heavy = next((line for line in lines if len(_STARS.findall(line)) > _MOST_STARS), None)
    return "" if heavy is None else f"{path} has a glob of many stars, {os.fsdecode(heavy[:60])!r}"


def _waits(path: Path) -> str:
    try:
        kind = stat.S_IFMT(path.lstat().st_mode)
    except OSError:
        return ""
    return "" if kind in (stat.S_IFREG, stat.S_IFLNK, stat.S_IFDIR) else f"{path} is no regular file"


def _rules_below(folder: Path) -> Iterator[Path]:
    """Files of rules in a folder, the upper ones first; other repositories have their own."""
    pending = [folder]
    for place in pending:
        try:
            with os.scandir(place) as found:
                entries = {entry.name: entry.is_dir(follow_symlinks=False) for entry in found}
        except OSError:
            continue
        if ".git" in entries and place != folder:
            continue
        if RULES in entries:
            yield place / RULES
        pending += [place / name for name, is_folder in entries.items() if is_folder and name != ".git"]

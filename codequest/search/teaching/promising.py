"""The order in which a teacher embeds the chunks of an index: first what searches most often want."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from codequest.code.git import last_changes
from codequest.search.signals.places import is_test

_COMMITS = 300  # the newest ones: what changed before them has no order of its own
_STANDS_OUT = 3600.0  # seconds by which a file must be newer than nine tenths of all: a checkout makes all files new
_DEFINITIONS = ("function", "class")
_SECOND_RANK = re.compile(r"(?:^|/)(?:third_party|thirdparty|vendor(?:ed)?|external|deps|examples?|samples?)/", re.I)


def most_promising(chunks: Sequence[tuple[int, str, str]], changed: Mapping[str, float]) -> list[int]:
    """Ids of chunks, those first that the teacher should embed first.

    Definitions come before other lines, both before tests, examples and code of others; among each of these what was
    changed last.

    Args:
        chunks: Id, path and kind of each.
        changed: When files were last changed, by path; see `changes`.
    """

    def place(chunk: tuple[int, str, str]) -> tuple[bool, bool, float, int]:
        number, path, kind = chunk
        second = is_test(path) or _SECOND_RANK.search(path) is not None
        return second, kind not in _DEFINITIONS, -changed.get(path, 0.0), number

    return [number for number, _, _ in sorted(chunks, key=place)]


def changes(root: Path, modified: Mapping[str, int]) -> dict[str, float]:
    """When files were last changed, in seconds since 1970, as far as that tells them apart.

    That is when git's newest commits had them; and when they were written, where that is well after most others were.

    Args:
        root: The indexed folder.
        modified: When each was written, in ns; 0 for just now.
    """
    written = {path: moment / 1e9 if moment else time.time() for path, moment in modified.items()}
    usual = _most_of(written.values()) + _STANDS_OUT
    found: dict[str, float] = {path: float(moment) for path, moment in last_changes(root, most=_COMMITS).items()}
    for path, moment in written.items():
        if moment > usual:
            found[path] = max(moment, found.get(path, 0.0))
    return found


def _most_of(moments: Collection[float]) -> float:
    """The moment before which nine tenths lie."""
    ordered = sorted(moments)
    return ordered[(9 * len(ordered) - 1) // 10] if ordered else 0.0

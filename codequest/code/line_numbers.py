"""Lines of a source by its bytes."""

from __future__ import annotations

import re
from bisect import bisect_left

_SPACE = b" \t\r\f\v"
_WIDEST = 1000  # bytes of space that are looked at before a byte: a line may be the whole file


class LineNumbers:
    """The lines that the bytes of a source are in.

    Args:
        source: The source.
    """

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._ends = [match.start() for match in re.finditer(b"\n", source)]

    def of(self, position: int) -> int:
        """Number of the line that a byte is in, from 1."""
        return bisect_left(self._ends, position) + 1

    def begins_with(self, position: int) -> bool:
        """Tell whether only space stands before a byte in its line."""
        before = self._source[max(0, position - _WIDEST) : position].rstrip(_SPACE)
        return before.endswith(b"\n") or (not before and position <= _WIDEST)

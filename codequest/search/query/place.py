"""Place: a chunk of an index, named by a file and a line."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codequest.errors import InvalidInputError
from codequest.search.snapshot import Snapshot
from codequest.search.vectors.query_cosines import Mask
from codequest.texts import visible_line

_PLACE = re.compile(r"(.+):([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?", re.DOTALL)
_LONGEST = 5000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chunk is.

    Attributes:
        path: Its file, relative to an indexed folder or absolute.
        line: A line in it, from 1.
        end: Last line of the chunk, where it is known; else the same as the line.
    """

    path: str
    line: int
    end: int

    @classmethod
    def read(cls, text: str) -> Place:
        """The place of ``path:line``, or of ``path:first-last``.

        Raises:
            InvalidInputError: It is neither.
        """
        found = _PLACE.fullmatch(text) if isinstance(text, str) and len(text) <= _LONGEST else None
        if found is None:
            raise InvalidInputError(f"Expected a place as path:line, such as src/cache.py:12, got {text!r:.200}.")
        line = int(found[2])
        return cls(found[1], line, int(found[3] or line))

    def within(self, root: Path) -> str | None:
        """The path relative to an indexed folder, with forward slashes; None where it leads out of it."""
        path = os.path.normpath(os.path.join(root, self.path))
        relative = os.path.relpath(path, root) if os.path.isabs(path) else path
        return None if relative == ".." or relative.startswith(f"..{os.sep}") else Path(relative).as_posix()

    def position(self, snapshot: Snapshot, root: Path) -> int:
        """The chunk that has exactly these lines, or the shortest one that has the first of them.

        Args:
            snapshot: Chunks of the index.
            root: The indexed folder.

        Raises:
            InvalidInputError: The path leads out of the folder, is not in the index, or no chunk has the line.
        """
        path = self.within(root)
        if path is None:
            raise InvalidInputError(f"{self.path!r:.200} is outside of the indexed folder {root}: give a file in it.")
        columns = snapshot.columns
        chunks = snapshot.in_files([path])
        if not chunks:  # as it was shown, where it has characters that cannot be seen
            shown = {of for of in snapshot.paths if visible_line(of) == self.path}
            chunks = snapshot.in_files(shown)
        if not chunks:
            raise InvalidInputError(f"{path!r:.200} is not in the index of {root}. Give a path as a search shows it.")
        lines = {place: (columns["start_line"][place], columns["end_line"][place]) for place in chunks}
        exact = [place for place, of in lines.items() if of == (self.line, self.end)]
        having = [place for place, (start, end) in lines.items() if start <= self.line <= end]
        if not having:
            nearest = min(lines.values(), key=lambda of: min(abs(of[0] - self.line), abs(of[1] - self.line)))
            raise InvalidInputError(
                f"Nothing of {path!r:.200} is indexed at line {self.line:,}; the nearest lines that are: "
                f"{nearest[0]}-{nearest[1]}."
            )
        return min(exact or having, key=lambda place: lines[place][1] - lines[place][0])


def elsewhere(snapshot: Snapshot, position: int) -> Mask:
    """Mask of the chunks that share no line with one, (chunks,)."""
    path, start, end = (snapshot.columns[name] for name in ("path", "start_line", "end_line"))
    mask = np.ones(len(snapshot), bool)
    for place in snapshot.in_files([path[position]]):
        if start[place] <= end[position] and start[position] <= end[place]:
            mask[place] = False
    return mask

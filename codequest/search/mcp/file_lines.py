"""Lines of indexed files, and of nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codequest.code.inside import Inside
from codequest.code.reading import most_bytes, readable_text, unwanted
from codequest.errors import CodeIndexError, InvalidInputError, UnsafePathError
from codequest.search.index import CodeIndex
from codequest.texts import counted, visible, visible_line

MOST_LINES = 400
"""Most lines that one call reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLines:
    """Lines of a file as they are now.

    Attributes:
        path: File, relative to the indexed root, with forward slashes; invisible characters are written out.
        start_line: First line, from 1.
        end_line: Last line, inclusive.
        total_lines: Number of lines of the file.
        text: The lines; invisible characters are written out.
    """

    path: str
    start_line: int
    end_line: int
    total_lines: int
    text: str


def read_lines(index: CodeIndex, path: str, start: int = 1, end: int | None = None) -> FileLines:
    """Lines of a file that is in the index.

    Read is what an index run would read: no file that it leaves out, nothing through a symbolic link, nothing outside
    of the root; a file that has become one of those since is refused as well.

    Args:
        index: Says which files there are.
        path: Relative to its root, or absolute.
        start: First line, from 1.
        end: Last line, inclusive; at most 400 lines are given.

    Raises:
        InvalidInputError: No indexed file, or no such lines.
        CodeIndexError: The file is gone, or may not be read any more.
    """
    name = _relative(index.root, path)
    if name not in index.paths:  # as it was shown, where it has characters that cannot be seen
        name = next((known for known in index.paths if visible_line(known) == path), name)
    if name not in index.paths:
        raise InvalidInputError(
            f"{path!r:.300} is not in the index of {index.root}. Give a path as search_code has it; files that are "
            "ignored, vendored, or may hold secrets are not in it."
        )
    if start < 1 or (end is not None and end < start):
        raise InvalidInputError(f"Lines are counted from 1, first to last; got {start} to {end}.")
    text = _text(index.root, name)
    lines = text.removesuffix("\n").split("\n")
    if start > len(lines):
        raise InvalidInputError(f"{name} has {counted(len(lines), 'line')}, got a start of {start}.")
    last = min(end or len(lines), len(lines), start + MOST_LINES - 1)
    return FileLines(
        path=visible_line(name),
        start_line=start,
        end_line=last,
        total_lines=len(lines),
        text=visible("\n".join(lines[start - 1 : last])),
    )


def _relative(root: Path, path: str) -> str:
    """The path as the index would have it; it need not have it."""
    given = Path(path)
    if given.is_absolute() and given.is_relative_to(root):
        given = given.relative_to(root)
    return given.as_posix()


def _text(root: Path, name: str) -> str:
    try:
        with Inside(root) as inside:
            status, content = inside.read(name, most=most_bytes(name))
    except UnsafePathError as error:
        raise CodeIndexError(f"{name} is not read: {error}.") from error
    except OSError as error:
        reason = error.strerror or error
        raise CodeIndexError(f"{name} cannot be read ({reason}). If it is gone, run codequest index again.") from error
    text, why = readable_text(name, content)
    why = unwanted(name, max(status.st_size, len(content))) or why
    if why:
        raise CodeIndexError(f"{name} is not read: {why}.")
    return text

"""Declarations that follow each other, as pieces that have their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codequest.code.declared import Declaration
from codequest.search.chunking.pieces import Piece

BETWEEN_NAMES = ", "
"""What stands between the names in the symbol of a piece that declares several."""

_MOST_APART = 3  # lines from the end of one to the beginning of the next
_MOST_TOGETHER = 16
_LONG = 6  # lines of one that is a piece of its own


def joined_names(declarations: Sequence[Declaration]) -> str:
    """The names that lines declare, as a symbol."""
    return BETWEEN_NAMES.join(dict.fromkeys(name for each in declarations for name in each.names))


def declared_runs(declarations: Sequence[Declaration], lines: Sequence[str], *, max_characters: int) -> Iterator[Piece]:
    """Pieces of declarations in the order of the file, together where they are short and near.

    Args:
        declarations: Those of a file or class.
        lines: Those of the file.
        max_characters: Longest piece.
    """
    run: list[Declaration] = []
    size = end = 0
    for each in sorted(declarations, key=lambda declaration: declaration.start_line):
        if run and each.start_line <= end:  # on the same lines
            run.append(each)
            end = max(end, each.end_line)
            continue
        own = sum(len(line) + 1 for line in lines[(end if run else each.start_line - 1) : each.end_line])
        near = bool(run) and each.start_line - end <= _MOST_APART and len(run) < _MOST_TOGETHER
        if not near or max(_length(run[-1]), _length(each)) >= _LONG or size + own > max_characters:
            if run:
                yield _piece(run, end)
            run, size = [], 0
        run.append(each)
        size, end = size + own, each.end_line
    if run:
        yield _piece(run, end)


def _length(declaration: Declaration) -> int:
    return declaration.end_line - declaration.start_line + 1


def _piece(run: Sequence[Declaration], end: int) -> Piece:
    return Piece(kind="window", symbol=joined_names(run), start_line=run[0].start_line, end_line=end)

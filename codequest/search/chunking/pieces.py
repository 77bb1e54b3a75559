"""Ranges of lines, cut so that each fits into the teacher."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from codequest.search.hits import ChunkKind

_OVERLAP = 0.15  # of a piece, repeated at the start of the next
_SAYS_SOMETHING = re.compile(r"[^\W_]{2}")
_SENTENCE = re.compile(r"[.!?;:][\"')]?\s+|[。！？；]")
_MOST_PARTS = 100  # of a line
_END_WITH_COMMENT = re.compile(r"\s*[})\]]+[;,]?\s*(?://|/\*|#)")
_ONLY_ENDS = re.compile(r"(?:\W|\b(?:end|fi|done|esac|pass|else)\b)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Lines of a file, as in `codequest.search.chunking.chunks.Chunk`; lines from 1, the last one inclusive.

    Columns are the first character and the end of a part of a single line. The language is that of a part of a file in
    another language than the rest, else empty.
    """

    kind: ChunkKind
    symbol: str = ""
    context: str = ""
    outline: str = ""
    start_line: int = 0
    end_line: int = 0
    columns: tuple[int, int] | None = None
    language: str = ""


def cut(
    lines: Sequence[str], start: int, end: int, like: Piece, *, max_characters: int, context: str = ""
) -> Iterator[Piece]:
    """Pieces of a range of lines, without blank lines around them; none where nothing is said.

    Args:
        lines: Those of the file.
        start: First line of the range, from 1.
        end: Last line of the range, inclusive.
        like: Kind, symbol and context of the first piece.
        max_characters: Longest piece, except for what has no space to cut it at.
        context: That of the later pieces, which begin in the middle.
    """
    while start <= end and not lines[start - 1].strip():
        start += 1
    while start <= end and not lines[end - 1].strip():
        end -= 1
    if not _worth(lines[start - 1 : end], like.kind):
        return
    piece = like
    for first, last in _windows(lines, start, end, max_characters):
        if not any(line.strip() for line in lines[first - 1 : last]):
            continue
        for columns in _parts(lines[first - 1], max_characters) if first == last else (None,):
            yield replace(piece, start_line=first, end_line=last, columns=columns)
            piece = replace(like, context=context or like.context, outline="")


def _parts(line: str, most: int) -> Iterator[tuple[int, int] | None]:
    """First characters and ends of the parts of a long line, at ends of sentences or else at spaces."""
    if len(line) <= most:
        yield None
        return
    start = 0
    for _ in range(_MOST_PARTS):
        if len(line) - start <= most:
            break
        ends = [match.end() for match in _SENTENCE.finditer(line, start + most // 2, start + most)]
        end = ends[-1] if ends else line.rfind(" ", start + most // 4, start + most) + 1
        if end <= start:  # no space
            break
        yield start, end
        start = end
    if line[start:].strip():
        yield start, len(line)


def _worth(lines: Sequence[str], kind: ChunkKind) -> bool:
    """Tell whether lines hold anything: not only ends of blocks, nor a block's first line whose inside is elsewhere."""
    text = "\n".join(line for line in lines if not _END_WITH_COMMENT.match(line))
    opens = kind == "window" and len(lines) == 1 and lines[0].rstrip().endswith("{")
    return bool(_SAYS_SOMETHING.search(text)) and not _ONLY_ENDS.fullmatch(text) and not opens


def _windows(lines: Sequence[str], start: int, end: int, most: int) -> Iterator[tuple[int, int]]:
    """First and last lines of pieces that overlap."""
    first = start
    while True:
        last, size = first, len(lines[first - 1])
        while last < end and size + 1 + len(lines[last]) <= most:
            size += 1 + len(lines[last])
            last += 1
        yield first, last
        if last == end:
            return
        following, repeated = last + 1, len(lines[last - 1])
        while following - 1 > first and repeated <= _OVERLAP * most:
            following -= 1
            repeated += 1 + len(lines[following - 2])
        first = following

"""Files with parts in several languages: components, pages and notebooks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from codequest.code import LANGUAGES, SourceFile
from codequest.code.formats.components import Script
from codequest.code.formats.notebooks import PROSE, cells
from codequest.code.syntax import TimeLeft
from codequest.search.chunking.code_chunks import code_chunks
from codequest.search.chunking.pieces import Piece, cut
from codequest.search.chunking.sections import section_chunks

_BLOCK = re.compile(r"<(?:template|style)\b", re.IGNORECASE)
_BEGIN_OF_SCRIPT = re.compile(r"\s*<script\b[^>]*>\s*", re.IGNORECASE)
_END_OF_SCRIPT = re.compile(r"\s*(?:</script\s*>|---)\s*", re.IGNORECASE)
_MAGIC = re.compile(r"^[ \t]*[%!].*$|^.*\?$", re.MULTILINE)  # lines of IPython that are no Python
_MOST_SCRIPTS = 1000  # of a file are cut along their syntax; one has two or three
_PARSED = {language.name: language for language in LANGUAGES}


def component_chunks(text: str, found: Sequence[Script], *, max_characters: int) -> Iterator[Piece]:
    """The pieces of a component or page: its scripts along their syntax, the rest as windows of lines.

    Args:
        text: Its content.
        found: Its scripts.
        max_characters: Longest piece.
    """
    lines, after, left = text.split("\n"), 1, TimeLeft()
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for script in found[:_MOST_SCRIPTS]:
        first = bisect_right(starts, script.start)
        last = bisect_right(starts, script.end - 1)
        if left.seconds < 0:
            break
        if first < after:  # on a line with the one before: it is part of that
            continue
        yield from _rest(lines, after, first - 1, max_characters)
        source = SourceFile(text[script.start : script.end].encode(), script.language, left)
        inside = code_chunks(lines[first - 1 : last], source, max_characters=max_characters)
        pieces = _moved(inside, first - 1, script.language.name)
        yield from (piece for piece in pieces if not _is_tag(lines[piece.start_line - 1 : piece.end_line]))
        after = last + 1
    yield from _rest(lines, after, len(lines), max_characters)


def notebook_chunks(lines: Sequence[str], *, max_characters: int) -> Iterator[Piece]:
    """The pieces of a notebook: sections of prose, code along its syntax below the headings above it.

    Args:
        lines: Those of its text, as `codequest.code.formats.notebooks.notebook_text` gives it.
        max_characters: Longest piece.
    """
    above: dict[int, str] = {}
    left = TimeLeft()
    for cell in cells(lines):
        own = lines[cell.first - 1 : cell.last]
        if cell.language == PROSE:
            found = section_chunks(own, max_characters=max_characters, above=above)
        elif cell.language in _PARSED and left.seconds >= 0:
            source = "\n".join(own)
            if cell.language == "python":
                source = _MAGIC.sub(lambda match: " " * len(match.group()), source)
            file = SourceFile(source.encode(), _PARSED[cell.language], left)
            found = _below(code_chunks(own, file, max_characters=max_characters), " > ".join(above.values()))
        else:
            found = cut(own, 1, len(own), Piece(kind="window"), max_characters=max_characters)
        yield from _moved(found, cell.first - 1, cell.language)


def _is_tag(lines: Sequence[str]) -> bool:
    """Tell whether lines are the tag before a script, and nothing else."""
    return len(lines) == 1 and bool(_BEGIN_OF_SCRIPT.fullmatch(lines[0]))


def _rest(lines: Sequence[str], first: int, last: int, most: int) -> Iterator[Piece]:
    """Windows of what is no script; a template or style begins a new one."""
    if first <= last and _END_OF_SCRIPT.fullmatch(lines[first - 1]):
        first += 1
    starts = [number for number in range(first + 1, last + 1) if _BLOCK.match(lines[number - 1])]
    for start, end in zip([first, *starts], [*(start - 1 for start in starts), last], strict=True):
        yield from cut(lines, start, end, Piece(kind="window"), max_characters=most)


def _moved(pieces: Iterator[Piece], lines: int, language: str) -> Iterator[Piece]:
    for piece in pieces:
        yield replace(piece, start_line=piece.start_line + lines, end_line=piece.end_line + lines, language=language)


def _below(pieces: Iterator[Piece], headings: str) -> Iterator[Piece]:
    """Windows after the headings above them: a few lines of a notebook say little by themselves."""
    for piece in pieces:
        yield replace(piece, context=headings) if piece.kind == "window" and not piece.context else piece

"""Hits in files that have changed since they were indexed, as these files are now."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

from codequest.code.inside import Inside
from codequest.code.reading import most_bytes, readable_text, unwanted
from codequest.search.hits import SearchHit

_SAYS_SOMETHING = re.compile(r"[^\W_]{2}")
_SHARE = 0.5  # of the characters that say something: with less in common it is other code
_SHORT = 500  # characters of lines that are compared letter by letter where they stood
_LONGER = 2  # how many times as long as before, at most


def shown_as_now(root: Path, hits: Sequence[SearchHit], changed: Collection[str]) -> Iterator[SearchHit | None]:
    """The hits, those in changed files with the lines of the files as they are now; None for those that are gone.

    Lines are found again by their content: as they were, wherever they are now, or as the part of the file that has
    most in common with them. Read is what an index run would read, and nothing else.

    Args:
        root: The indexed folder.
        hits: As they were indexed.
        changed: Files that may have changed.
    """
    texts: dict[str, str] = {}
    with Inside(root) as inside:
        for hit in hits:
            if hit.path not in changed:
                yield hit
                continue
            if hit.path not in texts:
                texts[hit.path] = _text(inside, hit.path)
            yield _found_again(hit, texts[hit.path].split("\n"))


def _text(inside: Inside, path: str) -> str:
    """The text of a file that an index run would read; empty where it would not."""
    try:
        status, content = inside.read(path, most=most_bytes(path))
    except OSError:
        return ""
    if unwanted(path, max(status.st_size, len(content))):
        return ""
    return readable_text(path, content)[0]


def _found_again(hit: SearchHit, lines: Sequence[str]) -> SearchHit | None:
    """The hit with its lines as they are now; None where they are not in the file any more."""
    old = hit.text.split("\n")
    starts = [start for start in range(len(lines) - len(old) + 1) if lines[start] == old[0]]
    same = [start for start in starts if lines[start : start + len(old)] == old]
    if same:
        start = min(same, key=lambda start: abs(start + 1 - hit.start_line))
        return replace(hit, start_line=start + 1, end_line=start + len(old))
    if len(old) == 1:  # a part of a long line
        around = [number for number, line in enumerate(lines, start=1) if hit.text in line]
        if around and hit.text.strip():
            number = min(around, key=lambda number: abs(number - hit.start_line))
            return replace(hit, start_line=number, end_line=number)
    place = _most_alike(old, lines) or _where_it_stood(hit, lines)
    if place is None:
        return None
    start, end = place
    return replace(hit, start_line=start + 1, end_line=end, text="\n".join(lines[start:end]), stale=True)


def _most_alike(old: Sequence[str], lines: Sequence[str]) -> tuple[int, int] | None:
    """First line, from 0, and end of the part of a file that has most in common with some lines."""
    matcher = SequenceMatcher(lambda line: not _SAYS_SOMETHING.search(line), old, lines)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    common = sum(len(line.strip()) for block in blocks for line in old[block.a : block.a + block.size])
    if not blocks or common < _SHARE * sum(len(line.strip()) for line in old):
        return None
    first, last = blocks[0], blocks[-1]
    start = max(0, first.b - first.a)
    end = min(len(lines), last.b + len(old) - last.a, start + _LONGER * len(old))
    return start, end


def _where_it_stood(hit: SearchHit, lines: Sequence[str]) -> tuple[int, int] | None:
    """The same for a few lines of which each has changed a little, where they stood."""
    start, end = hit.start_line - 1, min(hit.end_line, len(lines))
    text = "\n".join(lines[start:end])
    if max(len(hit.text), len(text)) > _SHORT or SequenceMatcher(None, hit.text, text).ratio() < _SHARE:
        return None
    return start, end

"""Where a hit has what a search requires: quoted texts, and what a regular expression matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codequest.search.hits import SearchHit
from codequest.search.query.text_pattern import PatternClock


def with_matches(hit: SearchHit, quoted: Sequence[str], clock: PatternClock | None = None) -> SearchHit | None:
    """The hit with the lines of its matches; None where it does not have all of them.

    Raises:
        InvalidInputError: The expression takes too long.
    """
    if any(text not in hit.text for text in quoted):
        return None
    lines = {line for text in quoted for line in _lines(hit.text, text)}
    if clock is not None:
        matched = clock.lines(hit.text)
        if not matched:
            return None
        lines.update(matched)
    return replace(hit, match_lines=tuple(hit.start_line + line for line in sorted(lines)))


def _lines(text: str, wanted: str) -> Iterator[int]:
    """Numbers of the lines, from 0, that a text which is in another one touches."""
    line, counted, place = 0, 0, text.find(wanted)
    while place >= 0:
        line += text.count("\n", counted, place)
        end = place + len(wanted)
        touched = text.count("\n", place, end)
        yield from range(line, line + touched + 1)
        next_line = text.find("\n", end)  # more of it in the same line tells nothing
        if next_line < 0:
            return
        line, counted = line + touched, end
        place = text.find(wanted, next_line)

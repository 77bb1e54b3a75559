"""Markdown by its headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codequest.code.headings import headings
from codequest.search.chunking.pieces import Piece, cut

_BETWEEN = " > "
_MOST_CHARACTERS = 200  # of a heading, which stands in front of every piece below it


def section_chunks(
    lines: Sequence[str], *, max_characters: int, markdown: bool = True, above: dict[int, str] | None = None
) -> Iterator[Piece]:
    """The pieces of a document: each section up to the next heading, its headings as symbol and as context.

    A heading that is followed by another heading at once is not a piece: it is in the context of the pieces below it.

    Args:
        lines: Those of the document.
        max_characters: Longest piece.
        markdown: Whether it is Markdown; else reStructuredText.
        above: Headings that hold where it begins, by level; filled with those that hold where it ends.
    """
    found = list(headings(lines, markdown=markdown))
    first = found[0].line if found else len(lines) + 1
    above = {} if above is None else above
    outer = _BETWEEN.join(above.values())
    opening = Piece(kind="section", symbol=outer, context=outer)
    yield from cut(lines, 1, first - 1, opening, max_characters=max_characters)
    ends = [*(later.line for later in found[1:]), len(lines) + 1]
    for heading, following in zip(found, ends, strict=False):
        for level in [level for level in above if level >= heading.level]:
            del above[level]
        outer = _BETWEEN.join(above.values())
        above[heading.level] = heading.text[:_MOST_CHARACTERS]
        whole = _BETWEEN.join(above.values())
        if any(line.strip() for line in lines[heading.body - 1 : following - 1]):
            like = Piece(kind="section", symbol=whole, context=outer)
            yield from cut(lines, heading.line, following - 1, like, max_characters=max_characters, context=whole)

"""Found code, as commands print it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codequest.cli.display import console
from codequest.cli.search_options import place
from codequest.search.shown.excerpt import excerpt
from codequest.texts import visible, visible_line

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from codequest.search import SearchHit

MOST_LINES = 12
"""Of a hit that is printed."""


def print_hits(
    hits: Sequence[SearchHit], *, context: int = 0, lines: int = MOST_LINES, with_root: bool = False
) -> None:
    """Print the place and the code of every hit.

    Args:
        hits: Code that was found.
        context: Lines of the file around every hit.
        lines: Most lines of a hit.
        with_root: Whether the places begin with the indexed folder.
    """
    for hit in hits:
        print_hit(hit, context=context, lines=max(lines, context), with_root=with_root)


def print_hit(hit: SearchHit, *, context: int, lines: int, with_root: bool) -> None:
    """Print the place and the code of a hit; see `print_hits`."""
    console.print(_headline(hit, with_root=with_root), soft_wrap=True)
    console.print(_snippet(hit, Path(hit.root), context, lines), soft_wrap=not console.is_terminal)


def _headline(hit: SearchHit, *, with_root: bool) -> RenderableType:
    from rich.text import Text

    return Text.assemble(
        place(Path(hit.root), hit.path, str(hit.line), with_root=with_root),
        f"  {visible_line(hit.symbol or hit.kind)}",
        (f"  {hit.score:.3f}", "dim"),
        ("  changed since it was indexed" if hit.stale else "", "yellow"),
    )


def _snippet(hit: SearchHit, root: Path, context: int, most: int) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    start, shown, above, below = excerpt(hit, most)
    if context:
        before, after = _around(hit, root, context)
        if not above:
            start, shown = start - len(before), [*before, *shown]
        shown = shown if below else [*shown, *after]
    matches = set(hit.match_lines)
    code = _highlighted(shown, hit.language, start, matches) if console.is_terminal else _plain(shown, start, matches)
    left = [Text(f"… {_lines(above)} before", style="dim")] if above else []
    return Group(*left, code, Text(f"… {_lines(below, 'more ')}\n" if below else "", style="dim"))


def _lines(number: int, which: str = "") -> str:
    return f"{number} {which}line{'s' if number > 1 else ''}"


def _plain(lines: Sequence[str], start: int, matches: Collection[int]) -> Text:
    from rich.text import Text

    numbered = enumerate(lines, start)
    return Text("\n".join(f"{line:>5}{'>' if line in matches else ' '}{visible(text)}" for line, text in numbered))


def _highlighted(lines: Sequence[str], language: str, start: int, matches: set[int]) -> RenderableType:
    from rich.syntax import Syntax

    from codequest.search.lexers import lexer_name

    code = visible("\n".join(lines))
    return Syntax(
        code, lexer_name(language), line_numbers=True, start_line=start, word_wrap=True, highlight_lines=matches
    )


def _around(hit: SearchHit, root: Path, context: int) -> tuple[list[str], list[str]]:
    """Lines above and below a hit; none where the file has changed since it was indexed."""
    from codequest.code.inside import Inside
    from codequest.code.reading import most_bytes, readable_text

    try:
        with Inside(root) as inside:
            _, content = inside.read(hit.path, most=most_bytes(hit.path))
    except OSError:
        return [], []
    lines = readable_text(hit.path, content)[0].split("\n")
    first, last = hit.start_line - 1, hit.end_line
    if lines[first:last] != hit.text.split("\n"):
        return [], []
    return lines[max(0, first - context) : first], lines[last : last + context]

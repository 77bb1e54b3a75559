"""Found code, as commands print it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codequest.cli.display import console
from codequest.cli.search_options import place
from codequest.texts import visible, visible_line

if TYPE_CHECKING:
    from rich.console import RenderableType

    from codequest.search import SearchHit

_LINES = 12


def print_hits(hits: Sequence[SearchHit], root: Path, *, context: int = 0, lines: int = _LINES) -> None:
    """Print the place and the code of every hit.

    Args:
        hits: Code that was found below the root.
        root: The indexed folder.
        context: Lines of the file around every hit.
        lines: Most lines of a hit.
    """
    for hit in hits:
        console.print(_headline(hit, root), soft_wrap=True)
        console.print(_snippet(hit, root, context, max(lines, context)), soft_wrap=not console.is_terminal)


def _headline(hit: SearchHit, root: Path) -> RenderableType:
    from rich.text import Text

    return Text.assemble(
        place(root, hit.path, str(hit.start_line)),
        f"  {visible_line(hit.symbol or hit.kind)}",
        (f"  {hit.score:.3f}", "dim"),
        ("  changed since it was indexed" if hit.stale else "", "yellow"),
    )


def _snippet(hit: SearchHit, root: Path, context: int, most: int) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    lines = hit.text.split("\n")
    shown, start = lines[:most], hit.start_line
    left = len(lines) - len(shown)
    if context:
        before, after = _around(hit, root, context)
        start -= len(before)
        shown = [*before, *shown, *([] if left else after)]
    code = (
        _highlighted(visible("\n".join(shown)), hit.language, start)
        if console.is_terminal
        else Text("\n".join(f"{number:>5} {visible(line)}" for number, line in enumerate(shown, start)))
    )
    more = f"… {left} more line{'s' if left > 1 else ''}\n" if left else ""
    return Group(code, Text(more, style="dim"))


def _highlighted(code: str, language: str, start: int) -> RenderableType:
    from rich.syntax import Syntax

    from codequest.search.lexers import lexer_name

    return Syntax(code, lexer_name(language), line_numbers=True, start_line=start, word_wrap=True)


def _around(hit: SearchHit, root: Path, context: int) -> tuple[list[str], list[str]]:
    """Lines above and below a hit; none where the file has changed since it was indexed."""
    from codequest.code.inside import Inside
    from codequest.code.reading import readable_text
    from codequest.code.unwanted import MAX_BYTES

    try:
        with Inside(root) as inside:
            _, content = inside.read(hit.path, most=MAX_BYTES)
    except OSError:
        return [], []
    lines = readable_text(hit.path, content)[0].split("\n")
    first, last = hit.start_line - 1, hit.end_line
    if lines[first:last] != hit.text.split("\n"):
        return [], []
    return lines[max(0, first - context) : first], lines[last : last + context]

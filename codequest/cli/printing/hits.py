"""Found code, as commands print it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codequest.cli.display import console
from codequest.cli.options.searches import place
from codequest.search.shown.excerpt import excerpt
from codequest.texts import counted, visible, visible_line

if TYPE_CHECKING:
    from rich.console import RenderableType

    from codequest.search import SearchHit

_LONGEST_NAME = 100  # characters


@dataclass(frozen=True, slots=True)
class Shown:
    """How hits are printed.

    Attributes:
        query: What was searched for: of a long hit, the lines with more of its words are printed.
        context: Lines of the file around every hit.
        lines: Most lines of a hit; with 0 its place alone, and its name.
        with_root: Whether the places begin with the indexed folder.
    """

    query: str = ""
    context: int = 0
    lines: int = 12
    with_root: bool = False


def print_hits(hits: Sequence[SearchHit], shown: Shown) -> None:
    """Print the place and the code of every hit."""
    for hit in hits:
        print_hit(hit, shown)


def print_hit(hit: SearchHit, shown: Shown) -> None:
    """Print the place and the code of a hit."""
    console.print(_headline(hit, with_root=shown.with_root), soft_wrap=True)
    if shown.lines:
        console.print(_snippet(hit, shown), soft_wrap=not console.is_terminal)


def _headline(hit: SearchHit, *, with_root: bool) -> RenderableType:
    from rich.text import Text

    return Text.assemble(
        place(Path(hit.root), hit.path, str(hit.line), with_root=with_root),
        f"  {_name(hit)}",
        (f"  {hit.score:.3f}", "dim"),
        ("  changed since it was indexed" if hit.stale else "", "yellow"),
    )


def _name(hit: SearchHit) -> str:
    """What a hit is called, cut where it is long; of lines without a name, the first one that says something."""
    name = hit.symbol or next((line.strip() for line in hit.text.split("\n") if any(map(str.isalnum, line))), "")
    return visible_line(name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME].rstrip()} …")


def _snippet(hit: SearchHit, wanted: Shown) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    start, lines, above, below = excerpt(hit, wanted.lines, wanted.query)
    if wanted.context:
        before, after = _around(hit, Path(hit.root), wanted.context)
        if not above:
            start, lines = start - len(before), [*before, *lines]
        lines = lines if below else [*lines, *after]
    matches = set(hit.match_lines)
    code = _highlighted(lines, hit.language, start, matches) if console.is_terminal else _plain(lines, start, matches)
    left = [Text(f"… {counted(above, 'line')} before", style="dim")] if above else []
    return Group(*left, code, Text(f"… {counted(below, 'more line')}\n" if below else "", style="dim"))


def _plain(lines: Sequence[str], start: int, matches: Collection[int]) -> RenderableType:
    """Numbered lines as the file has them: a `Text` would make spaces of their tabs."""
    from rich.segment import Segment, Segments

    numbered = enumerate(lines, start)
    shown = (f"{line:>5}{'>' if line in matches else ' '}{visible(text)}\n" for line, text in numbered)
    return Segments([Segment("".join(shown))])


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

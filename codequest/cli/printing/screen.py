"""Consoles that show what they are given as text, and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from codequest.texts import visible


class VisibleConsole(Console):
    """Console that shows what it is given, which may come from anyone's files: no markup in it is obeyed.

    What cannot be seen is written out; see `codequest.texts.visible`. All that commands print goes through here, or
    through `visible` and `json_text`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **settings)

    def render_str(self, text: str, **settings: Any) -> Text:
        return super().render_str(visible(text), **settings)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


def text_table(rows: Sequence[Mapping[str, str]], *, title: str) -> Group:
    """A table of sentences."""
    drawn = Table(box=box.SIMPLE_HEAD)
    for name in rows[0]:
        drawn.add_column(name, overflow="fold")
    for row in rows:
        drawn.add_row(*row.values())
    return Group(Text(title, style="bold"), drawn)


def number_table(rows: Sequence[Mapping[str, str]], *, title: str, columns: Sequence[str]) -> Group:
    """A table of names and numbers; numbers to the right."""
    names = list(columns)
    drawn = Table(box=box.SIMPLE_HEAD)
    for position, name in enumerate(names):  # a name may be a long path, which must not push the numbers out
        longest = max((len(row[name]) for row in rows), default=0) if position else None
        drawn.add_column(name, justify="right" if position else "left", overflow="fold", min_width=longest)
    for row in rows:
        drawn.add_row(*(row[name] for name in names))
    return Group(Text(title, style="bold"), drawn)

"""Consoles that show what they are given as text, and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from codequest.texts import visible

_BETWEEN = 2  # spaces between two columns
_WIDEST_HEADING = 24


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


class NumberTable:
    """A table of names and numbers, as one table where it fits into the terminal, else as several with the same names.

    Args:
        rows: What each row has in each column.
        title: Stands above it.
        columns: The name's first.
    """

    def __init__(self, rows: Sequence[Mapping[str, str]], *, title: str, columns: Sequence[str]) -> None:
        self._rows, self._title, (self._name, *numbers) = rows, title, columns
        self._numbers = {column: self._width_of(column, _WIDEST_HEADING) for column in numbers}

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield Text(self._title, style="bold")
        room = options.max_width - 1  # a space ends each row
        named = self._width_of(self._name, room)
        for columns in self._parts(room, min(named, room // 3)):
            numbers = sum(_BETWEEN + self._numbers[column] for column in columns)
            drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
            longest = max(room - numbers, len(self._name))
            drawn.add_column(self._name, overflow="fold", max_width=longest)
            for column in columns:
                width = self._numbers[column]
                drawn.add_column(column, justify="right", overflow="fold", min_width=width, max_width=width)
            for row in self._rows:
                drawn.add_row(*(row[column] for column in (self._name, *columns)))
            yield ""
            yield drawn
        yield ""

    def _parts(self, room: int, named: int) -> Iterator[list[str]]:
        """The columns of numbers that stand side by side, next to names of this width."""
        part: list[str] = []
        left = room - named
        for column, width in self._numbers.items():
            if part and left < _BETWEEN + width:
                yield part
                part, left = [], room - named
            part.append(column)
            left -= _BETWEEN + width
        yield part

    def _width_of(self, column: str, heading: int) -> int:
        """What the cells of a column need, and its heading up to this width."""
        lines = (line for row in self._rows for line in row[column].split("\n"))
        return max(min(cell_len(column), heading), *map(cell_len, lines), 1)

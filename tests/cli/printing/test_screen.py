"""Tables, and consoles that obey nothing in what they show."""

from __future__ import annotations

import io

import pytest

from codequest.cli.display import console
from codequest.cli.printing.screen import VisibleConsole, number_table, text_table


def test_a_long_name_leaves_every_number_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    path = "/home/somebody/projects/adapters/refined-for-the-shop/" * 2
    rows = [{"encoder": path, path: "101.1 [98.2, 104.2]", "cosine": "0.887"}]
    console.print(number_table(rows, title="kept", columns=list(rows[0])))
    shown = capsys.readouterr().out
    assert "101.1 [98.2, 104.2]" in shown
    assert "0.887" in shown


def test_numbers_stand_to_the_right_and_names_to_the_left() -> None:
    file = io.StringIO()
    rows = [{"name": "a", "count": "7"}, {"name": "longer", "count": "1,234"}]
    VisibleConsole(file=file, width=60).print(number_table(rows, title="Counted", columns=["name", "count"]))
    lines = [line.rstrip() for line in file.getvalue().splitlines() if line.strip()]
    assert lines[0] == "Counted"
    assert lines[-2:] == ["  a            7", "  longer   1,234"]


def test_markup_and_controls_are_shown() -> None:
    file = io.StringIO()
    VisibleConsole(file=file, width=80).print(text_table([{"[b]": "\x1b[31m[red]x[/red]"}], title=":smile:"))
    shown = file.getvalue()
    assert "[b]" in shown
    assert "<U+001B>[31m[red]x[/red]" in shown
    assert ":smile:" in shown

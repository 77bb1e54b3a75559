"""Tables, and consoles that obey nothing in what they show."""

from __future__ import annotations

import io

import pytest

from codequest.cli.display import console
from codequest.cli.printing.reports import QUALITY, SPEED
from codequest.cli.printing.screen import NumberTable, VisibleConsole, text_table


def test_a_long_name_leaves_every_number_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    path = "/home/somebody/projects/adapters/refined-for-the-shop/" * 2
    rows = [{"encoder": path, path: "101.1 [98.2, 104.2]", "cosine": "0.887"}]
    console.print(NumberTable(rows, title="kept", columns=list(rows[0])))
    shown = capsys.readouterr().out
    assert "101.1 [98.2, 104.2]" in shown
    assert "0.887" in shown


def test_numbers_stand_to_the_right_and_names_to_the_left() -> None:
    file = io.StringIO()
    rows = [{"name": "a", "count": "7"}, {"name": "longer", "count": "1,234"}]
    VisibleConsole(file=file, width=60).print(NumberTable(rows, title="Counted", columns=["name", "count"]))
    lines = [line.rstrip() for line in file.getvalue().splitlines() if line.strip()]
    assert lines[0] == "Counted"
    assert lines[-2:] == ["a           7", "longer  1,234"]


def test_a_table_that_is_too_wide_becomes_several_with_all_names_and_numbers() -> None:
    names, columns = ["teacher", "minilm-projection"], ["encoder", "retention %", *"ABCDE"]
    rows = [
        {"encoder": name, "retention %": "102.6 [100.6, 104.8]", **dict.fromkeys("ABCDE", "0.712")} for name in names
    ]
    file = io.StringIO()
    VisibleConsole(file=file, width=60).print(NumberTable(rows, title="Kept", columns=columns))
    lines = [line.split() for line in file.getvalue().splitlines() if line.strip()]
    assert [line for line in lines if "encoder" in line] == [
        ["encoder", "retention", "%", "A", "B"],
        ["encoder", "C", "D", "E"],
    ]
    assert [line[0] for line in lines if "0.712" in line] == names * 2
    assert sum(line.count("0.712") for line in lines) == 10


def test_the_tables_of_a_demo_fit_into_eighty_columns_as_they_are() -> None:
    numbers = dict.fromkeys((*QUALITY, *SPEED), "1298.21")
    rows = [{**numbers, "encoder": "minilm-projection", "retention %": "102.6 [100.6, 104.8]", "cosine": "0.712"}]
    for columns in (QUALITY, SPEED):
        file = io.StringIO()
        VisibleConsole(file=file, width=80).print(NumberTable(rows, title="One", columns=columns))
        title, heading, _, row = (line for line in file.getvalue().splitlines() if line.strip())
        assert (title, heading.split()[0], row.split()[0]) == ("One", "encoder", "minilm-projection")
        assert len(row.split()) >= len(columns)


def test_markup_and_controls_are_shown() -> None:
    file = io.StringIO()
    VisibleConsole(file=file, width=80).print(text_table([{"[b]": "\x1b[31m[red]x[/red]"}], title=":smile:"))
    shown = file.getvalue()
    assert "[b]" in shown
    assert "<U+001B>[31m[red]x[/red]" in shown
    assert ":smile:" in shown

"""What a log sees of progress."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from codequest.cli import display
from codequest.cli.printing import bars as terminal_bars
from codequest.cli.printing.screen import text_table


def test_a_log_gets_a_line_every_half_minute_with_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 10.0, 31.0, 40.0, 100.0, 101.0, 140.0])
    monkeypatch.setattr(display.time, "monotonic", lambda: next(clock))
    with display.progress_bars() as progress:
        for done in (0, 10, 31, 40, 100):
            progress("training", done, 700)
        progress("measuring", 0, 5)
        progress("measuring", 0, 5)
    assert capsys.readouterr().err.splitlines() == [
        "training: 31 of 700, 1.0/s, 11 min left",
        "training: 100 of 700, 1.0/s, 10 min left",
        "measuring: 0 of 5, 0.0/s, time left unknown",
    ]


def test_work_that_begins_again_for_something_else_has_its_own_rate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([0.0, 40.0, 80.0, 120.0])
    monkeypatch.setattr(display.time, "monotonic", lambda: next(clock))
    with display.progress_bars() as progress:
        for done in (0, 80, 20, 60):
            progress("encoding queries", done, 100)
    assert capsys.readouterr().err.splitlines() == [
        "encoding queries: 80 of 100, 2.0/s, 10 s left",
        "encoding queries: 60 of 100, 1.0/s, 40 s left",
    ]


def test_in_a_terminal_only_what_takes_long_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(terminal_bars.time, "monotonic", lambda: now[0])
    shown = io.StringIO()
    with terminal_bars.terminal_bars(Console(file=shown, force_terminal=True, width=100)) as report:
        for done in range(3):
            report("Reading [files]", done, 2)
        report("Embedding chunks", 0, 40)
        now[0] = 2.0
        report("Embedding chunks", 30, 40)
        report("Embedding chunks", 40, 40)
    assert "Embedding chunks" in shown.getvalue()
    assert "40/40" in shown.getvalue()
    assert "Reading" not in shown.getvalue()


def test_other_processes_of_a_run_say_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setattr(display, "BETWEEN_LINES", 0.0)
    with display.progress_bars() as progress:
        progress("training", 1, 2)
    assert capsys.readouterr().err == ""


def test_nothing_is_wrapped_in_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    text = "a sentence that goes on " * 40
    screen = display.Screen()
    screen.print(text_table([{"name": text}], title="Table"))
    assert text.strip() in capsys.readouterr().out


def test_a_screen_is_as_wide_as_it_is_told_to_be(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    display.Screen(errors=True).print("word " * 20)
    assert max(map(len, capsys.readouterr().err.splitlines())) <= 40


def test_what_comes_from_outside_is_neither_markup_nor_control(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "[red]a[/red] :smile: \x1b[31m\u202e\x9b \r\x07"
    display.console.print(hostile)
    display.console.print(text_table([{"[b]name\x1b": hostile}], title=hostile))
    display.warn(hostile)
    display.messages.print(hostile)
    out, err = capsys.readouterr()
    shown = "[red]a[/red] :smile: <U+001B>[31m<U+202E><U+009B> <U+000D><U+0007>"
    assert (out.count(shown), err.count(shown)) == (2, 2)
    assert err.startswith(f"Warning: {shown}")
    assert "[b]name<U+001B>" in out
    assert not set("\x1b\x9b\u202e\r\x07") & set(out + err)


def test_json_is_safe_to_print_and_loses_nothing() -> None:
    content = {"a\x7f": "\u202eü日本\U000e0041\x1b\x9b👩\u200d💻\ud800\n"}
    printed = display.json_text(content)
    assert json.loads(printed) == content
    assert "ü日本" in printed
    assert "👩\u200d💻" in printed
    assert not set("\x1b\x9b\x7f\u202e\U000e0041\ud800") & set(printed)

"""Progress bars, tables and quiet libraries."""

from __future__ import annotations

import functools
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from codequest.errors import CodequestWarning
from codequest.progress import Progress, silent
from codequest.texts import visible

if TYPE_CHECKING:
    from codequest.evaluation import Report

BETWEEN_LINES = 30.0  # seconds
_SIDE_BY_SIDE = 4  # encoders
_QUIET = {"TRANSFORMERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}


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


console = VisibleConsole(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120)
messages = VisibleConsole(stderr=True)


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A `Progress` that shows what takes long, with rate and time left: bars in a terminal, lines in a log.

    Of several processes of one run only the first one shows anything.
    """
    if os.environ.get("RANK", "0") != "0":
        yield silent
        return
    if not messages.is_terminal:
        yield _LoggedProgress()
        return
    from codequest.cli.printing.bars import terminal_bars

    with terminal_bars(messages) as report:
        yield report


class _LoggedProgress:
    """One line every half minute."""

    def __init__(self) -> None:
        self._description, self._total = "", 0
        self._began = self._said = 0.0
        self._before = self._done = 0

    def __call__(self, description: str, done: int, total: int) -> None:
        now = time.monotonic()
        again = done < self._done  # the same work for something else
        self._done = done
        if again or (description, total) != (self._description, self._total):
            self._description, self._total, self._before = description, total, done
            self._began = self._said = now
        if now - self._said < BETWEEN_LINES:
            return
        self._said = now
        rate = (done - self._before) / (now - self._began)
        left = f"{(total - done) / rate / 60:.0f} min left" if rate else "time left unknown"
        messages.print(f"{description}: {done:,} of {total:,}, {rate:.1f}/s, {left}", soft_wrap=True)


def resumable(command: Callable[..., None]) -> Callable[..., None]:
    """The command, with a hint on how to continue after Ctrl-C instead of a traceback."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            messages.print("\nStopped. What was computed is kept: run the same command again to continue.")
            raise SystemExit(130) from None

    return run


def quiet_libraries() -> None:
    """Leave the screen to codequest: its own warnings are shown, those of the libraries below are not."""
    warnings.simplefilter("ignore")
    warnings.simplefilter("always", CodequestWarning)
    warnings.showwarning = _show_warning
    os.environ |= _QUIET  # read when transformers is imported: a command that needs none of it should not import it
    if "transformers" in sys.modules:
        from transformers.utils import logging as transformers_logging

        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def warn(message: str) -> None:
    """Print a warning."""
    messages.print(Text("Warning:", style="yellow"), message)


def json_text(content: Any) -> str:
    """JSON for programs that is safe in a terminal: what cannot be seen is escaped, and nothing is lost."""
    return visible(json.dumps(content, ensure_ascii=False, indent=2), write=_escaped)


def _escaped(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if letter.isascii() else json.dumps(letter)[1:-1]


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


QUALITY = ("encoder", "nDCG@10", "MRR@10", "Recall@10", "retention %", "cosine")
SPEED = ("encoder", "p50 ms", "p95 ms", "speedup", "params M", "active MB", "GFLOP")


def quality_table(report: Report) -> Group:
    """Table of the quality that an encoder keeps of its teacher's."""
    title = f"{report.dataset}: {report.queries:,} queries in {report.documents:,} documents of {report.teacher.name}"
    return number_table(_named(report), title=title, columns=QUALITY)


def overview_table(measured: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Group:
    """Tables of nDCG@10 that encoders keep of their teacher's on several datasets; one for every few encoders."""
    from codequest.evaluation import retention_table

    rows, names = retention_table(measured), list(measured)
    parts = [names[start : start + _SIDE_BY_SIDE] for start in range(0, len(names), _SIDE_BY_SIDE)]
    title = "Retention of nDCG@10, % with 95% interval"
    return Group(*(number_table(rows, title=title, columns=["dataset", *part]) for part in parts))


def speed_table(report: Report) -> Group:
    """Costs of one query."""
    return number_table(_named(report), title="One query", columns=SPEED)


def _named(report: Report) -> list[dict[str, str]]:
    """The report's rows with the teacher's long name replaced by its role."""
    teacher, *encoders = report.rows
    return [{**teacher, "encoder": "teacher"}, *encoders]


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    warn(str(message))

"""What every command prints with: standard output and standard error, progress, quiet libraries, JSON.

The library that draws is imported when something is drawn: a command that says nothing does not wait for it.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from codequest.errors import CodequestWarning
from codequest.progress import Progress, silent, time_left
from codequest.texts import visible

if TYPE_CHECKING:
    from rich.console import Capture

    from codequest.cli.printing.screen import VisibleConsole

BETWEEN_LINES = 30.0  # seconds
_UNWRAPPED = 1 << 16  # columns
_QUIET = {"TRANSFORMERS_VERBOSITY": "error", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}


class Screen:
    """Standard output or standard error, through a `VisibleConsole` that is made when something is first printed.

    In a terminal it is as wide as that; nothing is wrapped in a pipe or a file.

    Args:
        errors: Standard error instead.
    """

    def __init__(self, *, errors: bool = False) -> None:
        self._errors = errors
        self._kept: VisibleConsole | None = None

    @property
    def drawn(self) -> VisibleConsole:
        """The console itself; of a terminal always the same, which knows what is drawn on it."""
        from codequest.cli.printing.screen import VisibleConsole

        if self._kept is not None:
            return self._kept
        console = VisibleConsole(stderr=self._errors)
        if console.is_terminal:
            self._kept = console
        elif "COLUMNS" not in os.environ:
            console.width = _UNWRAPPED
        return console

    @contextmanager
    def capture(self) -> Iterator[Capture]:
        """Keep what is printed meanwhile from being shown, and give it."""
        before, self._kept = self._kept, self.drawn
        try:
            with self._kept.capture() as captured:
                yield captured
        finally:
            self._kept = before

    @property
    def file(self) -> IO[str]:
        """Where it prints to."""
        return sys.stderr if self._errors else sys.stdout

    @property
    def is_terminal(self) -> bool:
        """Whether that is a terminal, or is to be taken for one."""
        return self.file.isatty() or "FORCE_COLOR" in os.environ

    def print(self, *shown: object, **how: Any) -> None:
        """Print as `rich.console.Console.print` does."""
        self.drawn.print(*shown, **how)


console = Screen()
messages = Screen(errors=True)


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

    with terminal_bars(messages.drawn) as report:
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
        left = time_left((total - done) / rate if rate else None)
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
    import logging

    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # reports, on import, a kernel it can do without
    warnings.simplefilter("ignore")
    warnings.simplefilter("always", CodequestWarning)
    warnings.showwarning = _show_warning
    os.environ |= _QUIET  # read when transformers is imported: a command that needs none of it should not import it
    if sys.modules.get("transformers"):
        from transformers.utils import logging as transformers_logging

        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def warn(message: str) -> None:
    """Print a warning."""
    from rich.text import Text

    messages.print(Text("Warning:", style="yellow"), message)


def json_text(content: Any) -> str:
    """JSON for programs that is safe in a terminal: what cannot be seen is escaped, and nothing is lost."""
    return visible(json.dumps(content, ensure_ascii=False, indent=2), write=_escaped)


def write_json(content: Any) -> None:
    """Write JSON to standard output."""
    console.file.write(json_text(content) + "\n")


def facts_of(result: Any) -> dict[str, Any]:
    """The fields of a result in dicts, lists, text and numbers, for `write_json`."""
    from msgspec import to_builtins

    found: dict[str, Any] = to_builtins(result, enc_hook=str)
    return found


def _escaped(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if letter.isascii() else json.dumps(letter)[1:-1]


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    warn(str(message))

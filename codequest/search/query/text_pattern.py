"""TextPattern: a regular expression that is matched with indexed texts, in bounded time."""

from __future__ import annotations

import math
import re
import time
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import Any, NoReturn

from codequest.errors import InvalidInputError, require
from codequest.texts import counted, visible_line

SECONDS = 5.0
"""Time of the processor that all matches of one search may take: a busy machine stops none."""

LONGEST = 1000
"""Characters of an expression."""

_LARGEST = 4000  # parts of an expression, those that are repeated so often as they are: the time to read it grows
_PARTS = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<open>\()|(?P<close>\))|\{(?P<least>\d+)(?:,\d*)?\}|.", re.DOTALL
)
_AROUND = 40  # characters that a message shows on each side of an error


class TextPattern:
    r"""A regular expression in the syntax of Python's ``re``; ``^`` and ``$`` are begin and end of a line.

    Python's own engine cannot be stopped, so those of the package ``regex`` matches, which has a clock.

    Args:
        expression: The expression; ``(?i)`` in front ignores case.

    Attributes:
        expression: The same.

    Raises:
        InvalidInputError: It cannot be read; the message shows where. Or it is too long, or repeats too often.
        MissingDependencyError: ``regex`` is not installed.
    """

    def __init__(self, expression: str) -> None:
        if not isinstance(expression, str) or not expression or len(expression) > LONGEST:
            given = f"{len(expression):,}" if isinstance(expression, str) else type(expression).__name__
            raise InvalidInputError(f"A regular expression must have 1 to {LONGEST:,} characters, got {given}.")
        self.expression = expression
        self._compiled = _compiled(expression)

    def clock(self) -> PatternClock:
        """What the matches of one search share."""
        return PatternClock(self, self._compiled)


class PatternClock:
    """Matches of one search, which have five seconds of this thread together.

    Args:
        pattern: What is matched.
        compiled: The same, ready to match.
    """

    def __init__(self, pattern: TextPattern, compiled: Any) -> None:
        self._pattern, self._compiled = pattern, compiled
        self._until = time.thread_time() + SECONDS
        self._texts = 0

    def count(self, text: str, *, most: int) -> int:
        """Number of matches in a text, up to some.

        Raises:
            InvalidInputError: The time is up.
        """
        self._texts += 1
        return sum(1 for _ in islice(self._matches(text), most))

    def lines(self, text: str) -> list[int]:
        """Numbers of the lines, from 0, that matches touch; raises as `count`."""
        lines: list[int] = []
        line = counted = 0
        for start, end in self._matches(text):
            line += text.count("\n", counted, start)
            counted = start
            last = line + text.count("\n", start, max(start, end - 1))
            lines += range(max(line, lines[-1] + 1 if lines else 0), last + 1)
        return lines

    def _matches(self, text: str) -> Iterator[tuple[int, int]]:
        left = self._until - time.thread_time()
        if left <= 0:
            self._stop()
        try:
            for match in self._compiled.finditer(text, timeout=left):
                yield match.span()
                if time.thread_time() > self._until:
                    self._stop()
        except (TimeoutError, MemoryError):
            self._stop()

    def _stop(self) -> NoReturn:
        self._until = -math.inf  # its timeout is by the clock on the wall, which runs ahead on a busy machine
        raise InvalidInputError(
            f"The regular expression {self._pattern.expression!r:.80} was stopped: it had run for {SECONDS:g} s, over "
            f"{counted(self._texts, 'text')}. Repetition within repetition, such as (a+)+, can take for ever: write it "
            "more simply, or search in fewer files, with file: and lang:."
        ) from None


def _compiled(expression: str) -> Any:
    engine = require("regex", extra="search")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(expression)  # which has a smaller syntax, without recursion and near matches
            _refuse_large(expression)
            return engine.compile(expression, engine.MULTILINE)
    except (re.error, engine.error) as error:
        raise InvalidInputError(_broken(expression, error.msg, error.pos)) from None
    except (RecursionError, OverflowError, MemoryError) as error:
        reason = "it repeats too often" if isinstance(error, OverflowError) else "it is nested too deeply"
        raise InvalidInputError(_broken(expression, reason, None)) from None


def _broken(expression: str, reason: str, place: int | None) -> str:
    if place is None:
        return f"Cannot read the regular expression {expression!r:.80}: {reason}."
    before = visible_line(expression[max(0, place - _AROUND) : place])
    after = visible_line(expression[place : place + _AROUND])
    return (
        f"Cannot read the regular expression: {reason}, at character {place + 1}.\n    {before}{after}\n"
        f"    {' ' * len(before)}^"
    )


def _refuse_large(expression: str) -> None:
    """Refuse what is written out while it is read: ``(?:(?:a{9}){9}){9}`` are 729 parts."""
    sums, last = [0], 0
    for part in _PARTS.finditer(expression):
        if part["open"]:
            sums[-1] += last
            sums.append(0)
            last = 0
        elif part["close"] and len(sums) > 1:
            last += sums.pop()
        elif part["least"]:
            last *= max(1, int(part["least"]))
        else:
            sums[-1] += last
            last = 1
        if last > _LARGEST or sums[-1] > _LARGEST:
            raise InvalidInputError(
                f"The regular expression {expression!r:.80} has more than {_LARGEST:,} parts once its repetitions are "
                "written out. Repeat less often: x{2,} instead of x{5000}."
            )

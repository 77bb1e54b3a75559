"""Globs as git reads them, matched in time that grows with the length of a path and not with its power."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from codequest.errors import InvalidInputError, require

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_STAR, _FOLDERS, _BEGIN = "[^/]*", "(?:/.+)?", "^(?:.+/)?"  # as pathspec writes *, /**/ and **/ in front
_CLASS = r"\[(?!\^/\])\^?\]?[^\]]*\]"
_STARS = re.compile(rf"(?:{re.escape(_STAR)})+")
_BETWEEN_STARS = re.compile(
    rf"{re.escape(_STAR)}((?:\\.|\[\^/\](?!\*)|{_CLASS}|[^\\\[\]/()*+?$^])+)(?={re.escape(_STAR)})", re.DOTALL
)


def git_globs(lines: Iterable[str]) -> GitIgnoreSpec:
    """The rules of a .gitignore, ready to match.

    Args:
        lines: Its lines.

    Raises:
        InvalidInputError: A line that git would not understand.
        MissingDependencyError: ``pathspec`` is not installed.
    """
    given = list(lines)
    spec = require("pathspec", extra="search").GitIgnoreSpec
    try:
        return spec.from_lines(given, _pattern_class())  # type: ignore[no-any-return]
    except (ValueError, re.error, OverflowError, RecursionError) as error:
        shown = ", ".join(f"{line[:80]!r}" for line in given[:5])
        raise InvalidInputError(
            f"Cannot read the globs {shown}: {error}. Expected globs as in a .gitignore."
        ) from error


def is_understood(line: str) -> bool:
    """Tell whether git, and so what comes after a line, goes on with it: a line that is no glob ignores nothing."""
    try:
        git_globs([line])
    except InvalidInputError:
        return False
    return True


@cache
def _pattern_class() -> Any:
    pattern = require("pathspec.patterns.gitignore.spec", extra="search").GitIgnoreSpecPattern

    class LinearPattern(pattern):  # type: ignore[misc, valid-type]
        """Pattern of a line, whose expression never tries another end for what it has found."""

        __slots__ = ()

        @classmethod
        def pattern_to_regex(cls, pattern: str) -> tuple[str | None, bool | None]:
            expression, include = super().pattern_to_regex(pattern)
            return (None if expression is None else _linear(expression)), include

    return LinearPattern


def _linear(expression: str) -> str:
    """The expression with every part between two wildcards found once, at its first place.

    A later place cannot help: the wildcard after it reaches whatever the later one would. Expressions that may try
    them all take n ** k steps for k wildcards; see `fnmatch.translate`, which does the same to its stars.
    """
    first, *parts = _STARS.sub(lambda _: _STAR, expression).split(_FOLDERS)
    made, last = first, len(parts) - 1
    if parts and first.startswith(_BEGIN):
        made = "^" + _once("first", f"(?:.+?/)??{first.removeprefix(_BEGIN)}(?=/)")
    for number, part in enumerate(parts):
        made += _FOLDERS + part if number == last else _once(f"folder{number}", f"(?:/.+?)??{part}(?=/)")
    numbers = iter(range(len(made)))
    return _BETWEEN_STARS.sub(lambda found: _once(f"star{next(numbers)}", f"[^/]*?{_in_segment(found[1])}"), made)


def _in_segment(literal: str) -> str:
    return re.sub(rf"\\.|{_CLASS}", lambda found: found[0] if found[0][0] == "\\" else f"(?!/){found[0]}", literal)


def _once(name: str, expression: str) -> str:
    """An atomic group, which Python 3.10 has no syntax for."""
    return f"(?=(?P<{name}>{expression}))(?P={name})"

"""Checks of arguments that many functions take: whole numbers, and places of files and folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from codequest.errors import InvalidInputError
from codequest.texts import shown, visible_line


def whole_number(value: Any, name: str, *, least: int = 1) -> int:
    """The value, which may be of numpy.

    Args:
        value: What a caller gave.
        name: Name of the argument, for the message.
        least: The smallest that can be used.

    Raises:
        InvalidInputError: No whole number, or a smaller one.
    """
    try:
        number = None if isinstance(value, bool) else int(value.__index__())
    except (AttributeError, TypeError):
        number = None
    if number is None or number < least:
        raise InvalidInputError(f"{name} must be a whole number of at least {least}, got {shown(value)}.")
    return number


def path_given(value: Any, name: str) -> Path:
    """A place as a caller gives it, with ``~`` as the home folder; whether something is there is not looked at.

    Args:
        value: A str or a path.
        name: Name of the argument, for the message.

    Raises:
        InvalidInputError: Neither, or an empty one.
    """
    try:
        if value == "" or isinstance(value, bytes):
            raise TypeError
        given = Path(os.fspath(value))
    except TypeError:
        raise InvalidInputError(
            f"{name} must be the path of a file or folder, as a str or a Path, got {type(value).__name__}: "
            f"{shown(value)}."
        ) from None
    try:
        return given.expanduser()
    except RuntimeError:  # of a user who is not there
        return given


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """A question that ends a message, with a space before it: the choice that a name resembles; empty without one."""
    likely = get_close_matches(name, [choice for choice in choices if choice != name], n=1, cutoff=0.7)
    return f" Did you mean {visible_line(likely[0])!r}?" if likely else ""


def did_you_mean_path(path: Path) -> str:
    """The same for a path: what lies where it would lie, or where the first part of it that is missing would."""
    while not os.path.isdir(path.parent) and path.parent != path:  # which refuses no path, however long
        path = path.parent
    try:
        there = sorted(os.listdir(path.parent))
    except (OSError, ValueError):
        return ""
    begun = [name for name in there if path.name and name.startswith(path.name) and name != path.name]
    if len(begun) == 1:
        return f" Did you mean {visible_line(begun[0])!r}?"
    return did_you_mean(path.name, there)

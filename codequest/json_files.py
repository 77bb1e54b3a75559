"""JSON from outside: a regular file of bounded size, parsed whatever is in it, and checked against a schema."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from codequest.errors import CodequestError

MOST_BYTES = 16 * 2**20
"""Largest configuration that is read: a thousand times the largest that codequest writes."""

_Checked = TypeVar("_Checked")


def refuse_irregular(path: Path) -> int:
    """The size of a regular file, in bytes; opening anything else may wait for ever.

    Raises:
        OSError: Missing, a folder, a loop of links, a pipe or a device.
    """
    return _size(path.stat(), path)


def read_bytes(path: Path, *, most_bytes: int | None = MOST_BYTES) -> bytes:
    """Contents of a regular file.

    Args:
        path: The file, or a link to it.
        most_bytes: A larger file is not read; None for any size.

    Raises:
        OSError: Missing, unreadable, no regular file, or too large.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        size = _size(os.fstat(handle), path)
        if most_bytes is not None and size > most_bytes:
            raise OSError(errno.EFBIG, f"it has {size:,} bytes, expected at most {most_bytes:,}", str(path))
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)


def read_json(
    path: Path,
    schema: type[_Checked],
    *,
    error: Callable[[str], CodequestError],
    remedy: str,
    most_bytes: int | None = MOST_BYTES,
) -> _Checked:
    """Contents of a JSON file, checked.

    Args:
        path: The file, or a link to it.
        schema: Type of the contents, such as a dataclass; keys that it does not have are left out.
        error: Class of what is raised.
        remedy: Sentence that says what to do; ends every message.
        most_bytes: A larger file is not read; None for any size.

    Raises:
        error: Missing, unreadable, too large, no JSON, or not of the schema; says where.
    """
    try:
        text = read_bytes(path, most_bytes=most_bytes).decode("utf-8")
    except FileNotFoundError as problem:
        raise error(f"{path} is missing. {remedy}") from problem
    except OSError as problem:
        raise error(f"{path} cannot be read: {problem.strerror}. {remedy}") from problem
    except UnicodeDecodeError as problem:
        raise error(f"{path} holds no JSON: it is no UTF-8 ({problem}). {remedy}") from problem
    return checked(parse_json(text, where=str(path), error=error, remedy=remedy), schema, str(path), error, remedy)


def parse_json(text: str | bytes, *, where: str, error: Callable[[str], CodequestError], remedy: str) -> Any:
    """Values of a JSON text, such as a line of a file.

    Args:
        text: The text.
        where: File and line; begins the message.
        error: Class of what is raised.
        remedy: Sentence that says what was expected, or what to do; ends the message.

    Raises:
        error: It is no JSON, is nested too deeply, or holds a number of thousands of digits.
    """
    try:
        return json.loads(text)
    except RecursionError as problem:
        raise error(f"{where} holds no JSON that can be read: it is nested too deeply. {remedy}") from problem
    except ValueError as problem:  # malformed, not UTF-8, or a number of more digits than Python reads
        raise error(f"{where} holds no JSON: {problem}. {remedy}") from problem


def checked(
    values: Any, schema: type[_Checked], where: str, error: Callable[[str], CodequestError], remedy: str
) -> _Checked:
    """Values as an instance of a schema; see `read_json` for the arguments.

    Raises:
        error: A value is missing or of another type; says where it is, what it is and what was expected.
    """
    from msgspec import ValidationError, convert  # only where something is read

    try:
        return convert(values, schema)
    except (ValidationError, RecursionError) as problem:
        said = str(problem).rstrip(".")
        raise error(f"{where} is malformed: {said}. {remedy}") from problem


def _size(status: os.stat_result, path: Path) -> int:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return status.st_size

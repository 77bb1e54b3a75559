"""Progress of long computations, which print nothing themselves."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum


class Work(str, Enum):
    """Work whose progress other code shows as a part of its own; it recognizes the work by these values."""

    EMBEDDING_QUERIES = "teacher embeds queries"
    EMBEDDING_DOCUMENTS = "teacher embeds documents"

    __str__ = str.__str__


Progress = Callable[[str, int, int], None]
"""Called as ``progress(description, done, total)`` whenever a piece of work is done."""


class StopTraining(Exception):  # noqa: N818  like StopIteration, it is no error
    """Raised by a `Progress` of a training run to end it at this step: the best weights so far are kept."""


def silent(description: str, done: int, total: int) -> None:
    """The default `Progress`: reports nothing."""


def time_left(seconds: float | None) -> str:
    """In words: seconds, minutes from a minute and a half on, hours from an hour and a half on; None is unknown."""
    if seconds is None:
        return "time left unknown"
    if seconds < 90:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h left"

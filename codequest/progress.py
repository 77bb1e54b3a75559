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

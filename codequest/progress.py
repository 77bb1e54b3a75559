"""How long computations report progress, without printing anything themselves."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called as ``progress(description, done, total)`` whenever a piece of work is done."""


def silent(description: str, done: int, total: int) -> None:
    """The default `Progress`: reports nothing."""

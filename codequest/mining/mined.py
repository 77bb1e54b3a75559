"""Functions as mining gives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MinedFunction:
    """A function with the sentence that describes it.

    Attributes:
        path: File it is in.
        line: Line of its ``def``.
        name: Qualified name, such as ``"ArgumentParser.parse_args"``.
        description: First sentence of its documentation, on one line.
        code: Its source, dedented, without documentation.
        language: Its programming language, such as ``"python"``.
    """

    path: Path
    line: int
    name: str
    description: str
    code: str
    language: str = "python"

"""Citations of an answer, checked against what its model was given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codequest.search.answers.sources import Source

_LINES = r"L?\d{1,9}(?:\s*[-–]\s*L?\d{1,9})?"
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,400})\]")
_ELSEWHERE = re.compile(rf"\s*`?([^\s:`]*(?:/|\.[A-Za-z])[^:`]*):({_LINES})`?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A place that an answer names.

    Attributes:
        path: As the answer has it.
        start_line: First line, from 1.
        end_line: Last line, inclusive.
        source: Where it is; None if it points outside of everything that the model was given.
    """

    path: str
    start_line: int
    end_line: int
    source: Source | None

    def __str__(self) -> str:
        """The place as ``path:line`` or ``path:first-last``."""
        return f"{self.path}:{self.lines}"

    @property
    def lines(self) -> str:
        """The lines as ``line`` or ``first-last``."""
        return f"{self.start_line}" + ("" if self.start_line == self.end_line else f"-{self.end_line}")


def find_citations(answer: str, sources: Sequence[Source]) -> list[Citation]:
    """The citations of an answer, each once, in their order.

    A path of a source with a line counts wherever it stands; another path only in brackets, since an answer may speak
    of ``localhost:8080``.

    Args:
        answer: Text of a model.
        sources: What it was given.
    """
    found = [*_known(answer, sources), *_unknown(answer, sources)]
    citations = [_citation(path, lines, sources) for _, path, lines in sorted(found, key=lambda place: place[0])]
    return list({str(citation): citation for citation in citations}.values())


def _known(answer: str, sources: Sequence[Source]) -> Iterator[tuple[int, str, str]]:
    """Places in the answer with path and lines; ``[a.py:3, 7-9]`` names two."""
    paths = sorted({source.shown_path for source in sources}, key=len, reverse=True)
    alternatives = "|".join(map(re.escape, paths))
    several = rf"{_LINES}(?:\s*,\s*{_LINES})*(?=\s*[\];])"
    for match in re.finditer(rf"(?<![\w/.-])(?:\./)?({alternatives}):({several}|{_LINES})", answer):
        for part in match[2].split(","):
            yield match.start(1), match[1], part


def _unknown(answer: str, sources: Sequence[Source]) -> Iterator[tuple[int, str, str]]:
    paths = {source.shown_path for source in sources}
    for bracket in _BRACKETS.finditer(answer):
        for part in re.split("[,;]", bracket[1]):
            match = _ELSEWHERE.fullmatch(part)
            if match and match[1].removeprefix("./") not in paths:
                yield bracket.start(1), match[1], match[2]


def _citation(path: str, lines: str, sources: Sequence[Source]) -> Citation:
    first, *last = (int(number) for number in re.findall(r"\d+", lines))
    start, end = first, (last or [first])[0]
    inside = (
        source
        for source in sources
        if source.shown_path == path and source.start_line <= start <= end <= source.end_line
    )
    return Citation(path=path, start_line=start, end_line=end, source=next(inside, None))

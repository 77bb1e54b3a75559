"""Source: lines of one file that a language model gets to see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from codequest.search.answers.quoted import quoted
from codequest.search.hits import SearchHit
from codequest.texts import written_out

_GAP = 2  # lines between chunks that are still one source: blank ones, most often
_OPENS_OR_CLOSES = re.compile(r'[<>"\n\t]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Lines of a file, merged from chunks that overlap or adjoin.

    Attributes:
        path: File, relative to the indexed root, with forward slashes.
        lines: The lines by number, from 1, ascending; one or two between chunks may be missing.
        symbols: Qualified name of the innermost chunk around a line, by its number.
    """

    path: str
    lines: Mapping[int, str]
    symbols: Mapping[int, str]

    @property
    def start_line(self) -> int:
        """First line, from 1."""
        return min(self.lines)

    @property
    def end_line(self) -> int:
        """Last line, inclusive."""
        return max(self.lines)

    @property
    def shown_path(self) -> str:
        """The path as the model sees it; differs only where a name has characters that could end its quotation."""
        return quoted(_OPENS_OR_CLOSES.sub(lambda found: written_out(found[0]), self.path))


def merged(hits: Sequence[SearchHit]) -> list[Source]:
    """The lines of all hits, each once; in the order of the best hit in each.

    Args:
        hits: Of one search, best first.
    """
    lines: dict[str, dict[int, str]] = {}
    symbols: dict[str, dict[int, str]] = {}
    for hit in sorted(hits, key=lambda hit: hit.start_line - hit.end_line):  # inner ones after those around them
        numbered = dict(enumerate(hit.text.split("\n"), start=hit.start_line))
        lines.setdefault(hit.path, {}).update(numbered)
        symbols.setdefault(hit.path, {}).update(dict.fromkeys(numbered, hit.symbol))
    sources = [
        Source(path=path, lines=_only(run, known), symbols=_only(run, symbols[path]))
        for path, known in lines.items()
        for run in _runs(sorted(known))
    ]
    return sorted(sources, key=lambda source: next(rank for rank, hit in enumerate(hits) if _is_in(hit, source)))


def _runs(numbers: Iterable[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for number in numbers:
        if run and number > run[-1] + 1 + _GAP:
            yield run
            run = []
        run.append(number)
    yield run


def _only(numbers: Iterable[int], of: Mapping[int, str]) -> dict[int, str]:
    return {number: of[number] for number in numbers}


def _is_in(hit: SearchHit, source: Source) -> bool:
    return hit.path == source.path and hit.start_line in source.lines

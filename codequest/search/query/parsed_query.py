"""ParsedQuery: what a user has typed, taken apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from codequest.errors import InvalidInputError
from codequest.search.hits import SearchFilters

FIELDS = {"file": "paths", "path": "paths", "lang": "languages", "language": "languages"}
"""What may stand before a colon, and which filter it is."""

_START = re.compile(rf'(?<!\S)(?:(?P<minus>-?)(?P<field>{"|".join(FIELDS)}):(?=\S)(?!//)|(?="))')
_WORD = re.compile(r"\S+")
_ENDS = re.compile(r'\\.|"(?!\S)', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_MOST_QUOTED, _LONGEST_QUOTED = 10, 1000  # each is looked for in every text


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuery:
    """A query, taken apart.

    Attributes:
        text: What ranks: the query without its filters and without the quotes around quoted text.
        quoted: Texts that a hit has exactly as they stand.
        filters: Of ``file:`` and ``lang:``.
    """

    text: str
    quoted: tuple[str, ...] = ()
    filters: SearchFilters = field(default_factory=SearchFilters)


class _TakenOut(NamedTuple):
    """A filter or quoted text, and where it stands."""

    start: int
    end: int
    name: str
    value: str


def parse_query(query: str) -> ParsedQuery:
    r"""Take a query apart: ``retry "max_retries = 5" file:src/net -file:tests/ lang:go``.

    ``file:`` (or ``path:``) and ``lang:`` (or ``language:``) are filters, as in `SearchFilters`; with ``-`` before
    them they take out. Their values end at the next space, or stand in quotes. Text in double quotes is literal where
    the first quote follows a space and the last one is before a space: quotes inside of code are ordinary text, and so
    is one without its other. A quote inside is written ``\"``, and a backslash before it ``\\``.

    Args:
        query: As it was typed, of any length.

    Raises:
        InvalidInputError: Too many or too long filters or quoted texts, or a language that nobody knows.
    """
    rest, quoted = [], []
    filters: dict[str, list[str]] = defaultdict(list)
    end = 0
    for part in _parts(query):
        rest.append(query[end : part.start])
        end = part.end
        if part.name:
            filters[part.name].append(part.value)
        else:
            quoted.append(part.value)
            rest.append(part.value)
    text = "".join((*rest, query[end:]))
    _check_quoted(quoted)
    kept = SearchFilters(paths=tuple(filters["paths"]), languages=tuple(filters["languages"]))
    return ParsedQuery(text=text.strip() if end else text, quoted=tuple(quoted), filters=kept)


def _parts(query: str) -> Iterator[_TakenOut]:
    end, last_quote = 0, query.rfind('"')
    for start in _START.finditer(query):
        if start.start() < end:  # inside of the part before
            continue
        begin = start.end()
        last = _closing(query, begin) if query[begin] == '"' and begin < last_quote else None
        if query[begin] == '"' and last is None:
            last_quote = min(last_quote, begin)  # there is none for a later one either
        name, sign = FIELDS.get(start["field"] or "", ""), "!" if start["minus"] else ""
        if last is not None and query[begin + 1 : last].strip():
            end = last + 1
            yield _TakenOut(start.start(), end, name, sign + _ESCAPED.sub(r"\1", query[begin + 1 : last]))
        elif name:
            word = _WORD.match(query, begin)
            assert word is not None
            end = word.end()
            yield _TakenOut(start.start(), end, name, sign + word.group())


def _closing(query: str, opening: int) -> int | None:
    """Where the quote is that closes one; None where there is none."""
    found = next((found for found in _ENDS.finditer(query, opening + 1) if found.group() == '"'), None)
    return found.start() if found else None


def _check_quoted(quoted: list[str]) -> None:
    if len(quoted) > _MOST_QUOTED or any(len(text) > _LONGEST_QUOTED for text in quoted):
        raise InvalidInputError(
            f"A query may quote {_MOST_QUOTED} texts of {_LONGEST_QUOTED:,} characters at most, got {len(quoted):,}, "
            f"the longest of {max(map(len, quoted)):,}. Leave the quotes out, and it ranks by the words in them."
        )

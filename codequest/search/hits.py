"""Hits of a search, and filters that limit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from codequest.errors import InvalidInputError

ChunkKind = Literal["function", "class", "section", "window"]
"""A function or method; a class, interface or struct; a part of a document below a heading; other lines of a file."""

SearchMode = Literal["hybrid", "dense", "lexical"]
"""Ranking by meaning and words together; by meaning alone; by words alone, for which no encoder runs."""

KINDS: tuple[ChunkKind, ...] = get_args(ChunkKind)
MODES: tuple[SearchMode, ...] = get_args(SearchMode)

_MOST_FILTERS, _LONGEST_FILTER = 100, 1000  # each glob is matched with every path


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A chunk that was found.

    Attributes:
        path: File, relative to the indexed root, with forward slashes.
        language: Its language, such as ``"python"``.
        kind: What the chunk is.
        symbol: Qualified name of the function or class, headings of the section; empty where there is none.
        start_line: First line, from 1.
        end_line: Last line, inclusive.
        text: These lines as they were indexed.
        score: Higher is better; comparable within one search only. In mode dense the cosine to the query, in mode
            lexical BM25, in mode hybrid the fused score.
        stale: Whether these lines have changed since they were indexed, and the index could not be brought up to date
            before the search. Lines and text are those of the file as it is now; what ranked them is not.
        root: The indexed folder.
        match_lines: The lines, from 1, that have what the query quotes; empty where it quotes nothing.
    """

    path: str
    language: str
    kind: ChunkKind
    symbol: str
    start_line: int
    end_line: int
    text: str
    score: float
    stale: bool = False
    root: str = ""
    match_lines: tuple[int, ...] = ()

    @property
    def line(self) -> int:
        """The line to cite: that of the first match, or else the first one."""
        return self.match_lines[0] if self.match_lines else self.start_line

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary of all attributes."""
        return {name: getattr(self, name) for name in self.__slots__} | {"match_lines": list(self.match_lines)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilters:
    """Conditions on the chunks to search; an empty attribute leaves nothing out.

    Attributes:
        languages: Names as in `SearchHit.language`, aliases such as ``golang`` or ends of files such as ``ts``, in any
            case; kept as `SearchHit.language` has them. One that begins with ``!`` takes chunks out again.
        paths: Globs as in a .gitignore: ``src/``, ``*.{ts,tsx}``, ``./docs/**/*.md``; one of them must match, and one
            that begins with ``!`` takes files out again.
        kinds: Kinds of chunks.

    Raises:
        InvalidInputError: An unknown kind or language, a string where a list of strings is expected, or too many or
            too long ones.
    """

    languages: Sequence[str] = ()
    paths: Sequence[str] = ()
    kinds: Sequence[ChunkKind] = ()

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, str) or not all(isinstance(item, str) and item for item in value):
                raise InvalidInputError(f"{name} must be a list of strings, got {value!r:.200}.")
            if len(value) > _MOST_FILTERS or any(len(item) > _LONGEST_FILTER for item in value):
                raise InvalidInputError(
                    f"{name} may be {_MOST_FILTERS} strings of {_LONGEST_FILTER} characters at most, got "
                    f"{len(value):,}, the longest of {max(map(len, value)):,}."
                )
        unknown = sorted(set(self.kinds) - set(KINDS))
        if unknown:
            raise InvalidInputError(f"Unknown kinds {unknown!s:.200}; expected some of {', '.join(KINDS)}.")
        object.__setattr__(self, "languages", tuple(map(_language, self.languages)))


def _language(name: str) -> str:
    from codequest.code.language_names import language_named  # and all languages with it, which most searches need not

    return f"!{language_named(name[1:])}" if name.startswith("!") else language_named(name)

"""The definitions of an index by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from codequest.code.identifiers import split_name

DEFINITIONS = ("function", "class")
"""The kinds of chunks that define what their symbol names."""

_PARTS = re.compile(r"[\w$]+[?!]?")
_MARKS = re.compile(r"[\W_]+")
_MOST_WORDS = 6  # of a name


class Match(NamedTuple):
    """A chunk of a definition whose name was asked for.

    Attributes:
        position: Its position in the index.
        is_qualified: Whether more than its own name was asked for.
        is_spelled: Whether the name is spelled as it was asked for, in case and underscores.
        is_head: Whether the chunk is the first of its definition.
    """

    position: int
    is_qualified: bool
    is_spelled: bool
    is_head: bool


class Definitions:
    """The definitions of an index by their own names.

    Args:
        columns: Path, kind, symbol and lines of every chunk.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self._columns = columns
        self._named: dict[str, list[int]] = {}
        for position, (kind, symbol) in enumerate(zip(columns["kind"], columns["symbol"], strict=True)):
            if symbol and kind in DEFINITIONS:
                self._named.setdefault(_key(symbol), []).append(position)

    def find(self, name: str) -> list[Match]:
        """The chunks of definitions with a name: ``load_entry``, ``load entry``, ``Cache.loadEntry()``."""
        words = tuple(word.lower() for word in split_name(name))
        spelled = _own_name(name)
        return [
            Match(position, qualified, spelled == _own_name(self._columns["symbol"][position]), head)
            for position, qualified, head in self._with_words(words)
        ]

    def _with_words(self, words: tuple[str, ...]) -> Iterator[tuple[int, bool, bool]]:
        for count in range(1, min(len(words), _MOST_WORDS) + 1):
            positions = self._named.get("".join(words[-count:]), ())
            heads = self._heads(positions)
            for position in positions:
                own, whole = name_words(self._columns["symbol"][position])
                qualified = len(words) > len(own) and words == whole[-len(words) :]
                if qualified or words == own:
                    yield position, qualified, position in heads

    def _heads(self, positions: Sequence[int]) -> set[int]:
        """Those that begin a definition: the others go on where one of the same name in the same file has ended."""
        paths, kinds, symbols, starts, ends = (
            self._columns[name] for name in ("path", "kind", "symbol", "start_line", "end_line")
        )
        last: dict[tuple[str, str], int] = {}
        heads = set()
        for position in sorted(positions, key=lambda each: (paths[each], starts[each])):
            definition = paths[position], symbols[position]
            goes_on = definition in last and (kinds[position] == "class" or starts[position] <= last[definition])
            if not goes_on:
                heads.add(position)
            last[definition] = ends[position]
        return heads


@lru_cache(maxsize=65_536)
def name_words(symbol: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a definition's own name, and of its qualified one, in lower case."""
    own, whole = (tuple(word.lower() for word in split_name(text)) for text in (_own_name(symbol), symbol))
    return own, whole


def _own_name(name: str) -> str:
    parts = _PARTS.findall(name)
    return parts[-1] if parts else ""


@lru_cache(maxsize=131_072)  # made anew with every change of a file, from nearly the same symbols
def _key(symbol: str) -> str:
    return _MARKS.sub("", _own_name(symbol)).lower()

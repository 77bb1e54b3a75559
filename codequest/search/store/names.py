"""The names of definitions: under which key each is found, and the table of the chunks that have it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from codequest.search.chunking.declared_runs import BETWEEN_NAMES

DEFINITIONS = ("function", "class")
"""The kinds of chunks that define what their symbol names; windows that have symbols declare all of them."""

_PARTS = re.compile(r"[\w$]+[?!]?")
_MARKS = re.compile(r"[\W_]+")

NamedChunk = tuple[int, str, str]
"""Id, kind and symbol."""


def defined_names(kind: str, symbol: str) -> Sequence[str]:
    """The names that a chunk defines or declares."""
    if kind in DEFINITIONS:
        return (symbol,) if symbol else ()
    return symbol.split(BETWEEN_NAMES) if kind == "window" and symbol else ()


def own_name(name: str) -> str:
    """The last part of a name after others: ``load`` of ``shop.Cache.load()``."""
    parts = _PARTS.findall(name)
    return parts[-1] if parts else ""


@lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """The own name in lower case without marks: those that differ in nothing else are found by each other."""
    return _MARKS.sub("", own_name(name)).lower()


def add_names(connection: sqlite3.Connection, chunks: Iterable[NamedChunk]) -> None:
    """Say which names chunks have."""
    connection.executemany("INSERT OR IGNORE INTO names (key, chunk) VALUES (?, ?)", _rows(chunks))


def remove_names(connection: sqlite3.Connection, chunks: Iterable[NamedChunk]) -> None:
    """The opposite."""
    connection.executemany("DELETE FROM names WHERE key = ? AND chunk = ?", _rows(chunks))


def chunks_named(connection: sqlite3.Connection, key: str) -> list[int]:
    """Ids of the chunks that have a name of this key, in their order; of other generations, too."""
    return [row[0] for row in connection.execute("SELECT chunk FROM names WHERE key = ? ORDER BY chunk", (key,))]


def _rows(chunks: Iterable[NamedChunk]) -> Collection[tuple[str, int]]:
    return [(name_key(name), number) for number, kind, symbol in chunks for name in defined_names(kind, symbol)]

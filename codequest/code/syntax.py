"""Syntax nodes of a file, found in bounded time."""

from __future__ import annotations

import importlib
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, TypeVar

from codequest.code.languages import Language
from codequest.errors import require

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node, QueryCursor

_MOST_SECONDS = 1.0  # of this thread: a file of 1 MB takes a fifth; some take minutes, which somebody may have meant
_SHORT, _MOST_TIMES = 4096, 50  # bytes; code shrinks to a fifth, tables of it to a twentieth
_PIECE_BYTES = 16_384
_FOUND_BEFORE_THE_END = 1024  # bytes; shorter files take milliseconds, whatever is in them
_ENDS = {
    **dict.fromkeys(("c", "c++"), b"\nint a(){return 1;}\n"),
    **dict.fromkeys(("javascript", "typescript", "tsx"), b"\nfunction a(){return 1;}\n"),
    "java": b"\nclass A{int a(){return 1;}}\n",
    "c#": b"\n;a;a;a;\n",
}
"""What is parsed after a file, by language: a parser that meets the end in the midst of errors puts together all ways
to read them, in one step that takes the square of their number, half a minute for 20 KB. With what is right after them
it finds its way before. Other languages are not known to need it."""
_MOST_AT_ONCE = 10_000  # nodes: a query of deep or broken ones takes steps with their square

_Item = TypeVar("_Item")


class Syntax:
    """The nodes of a file that its language names; of one that takes too long those that are found until then.

    Args:
        language: Language of the file.
        source: Its content, UTF-8.
    """

    def __init__(self, language: Language, source: bytes) -> None:
        self._language, self._source = language, source
        ended = len(source) > _FOUND_BEFORE_THE_END
        self._parsed = source + _ENDS.get(language.name, b"") if ended else source
        self._seconds_left = _MOST_SECONDS

    @cached_property
    def root(self) -> Node | None:
        """The node around all others; None where it takes too long to parse, or says the same over and over."""
        if _is_repetition(self._source):
            return None
        parser = require("tree_sitter", extra="code").Parser(grammar_of(self._language)[0])
        try:
            root: Node = parser.parse(self._read, progress_callback=self._clock()).root_node
        except ValueError:  # stopped
            return None
        return root

    @cached_property
    def nodes(self) -> dict[str, list[Node]]:
        """Nodes by their role; a large one is asked for itself and then its children, for a query of it takes long."""
        _, within, alone = grammar_of(self._language)
        found: dict[str, list[Node]] = {}
        waiting = [self.root] if self.root is not None else []
        is_late = self._clock()
        while waiting and not is_late():
            node = waiting.pop()
            large = node.descendant_count > _MOST_AT_ONCE
            for role, nodes in (alone if large else within).captures(node).items():
                distinct = {each.id: each for each in nodes if each.start_byte < len(self._source)}
                found.setdefault(role, []).extend(distinct.values())
            waiting.extend(reversed(node.children) if large else ())
        return found

    def in_time(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """The items that are reached before time is up."""
        is_late = self._clock()
        return takewhile(lambda _: not is_late(), items)

    def _read(self, start: int, _: object) -> bytes:
        """Piece of the source for the parser, which can only be stopped where it reads by pieces."""
        return self._parsed[start : start + _PIECE_BYTES]

    def _clock(self) -> Callable[..., bool]:
        """Tells whether time is up; what passes between two of these is not counted."""
        end = time.thread_time() + self._seconds_left

        def is_late(*_: object) -> bool:
            self._seconds_left = end - time.thread_time()
            return self._seconds_left < 0

        return is_late


def _is_repetition(source: bytes) -> bool:
    """Tell whether a source is one piece repeated: to look for its end, parsers take minutes, and cannot be stopped."""
    return len(source) > _SHORT and len(source) > _MOST_TIMES * len(zlib.compress(source, level=1))


@cache
def grammar_of(language: Language) -> tuple[Grammar, QueryCursor, QueryCursor]:
    """Grammar of a language, a query of a node and all below it, and one of a node alone.

    Raises:
        MissingDependencyError: The extra ``code`` is not installed.
    """
    tree_sitter = require("tree_sitter", extra="code")
    require(language.grammar, extra="code")
    grammar = tree_sitter.Language(getattr(importlib.import_module(language.grammar), language.entry)())
    wanted = {
        "function": language.functions,
        "class": language.classes,
        "type": language.types,
        "block": language.blocks,
        "comment": language.comments,
        "raise": language.raises,
        "call": language.calls,
    }
    patterns = [
        f"({node})" if f"@{role}" in node else f"({node}) @{role}" for role, nodes in wanted.items() for node in nodes
    ]
    query = tree_sitter.Query(grammar, "\n".join(patterns))
    alone = tree_sitter.QueryCursor(query)
    alone.set_max_start_depth(0)
    return grammar, tree_sitter.QueryCursor(query), alone

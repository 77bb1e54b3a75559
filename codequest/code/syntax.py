"""Syntax nodes of a file, found in bounded time."""

from __future__ import annotations

import importlib
import re
import time
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, TypeVar

from codequest.code.broken import broken_regions, parts_of
from codequest.code.languages import Language
from codequest.code.languages.declarations import DECLARATIONS
from codequest.code.readable_c import readable_c
from codequest.code.readable_python import readable_python
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
_READABLE: dict[str, Callable[[bytes], bytes]] = {"c": readable_c, "c++": readable_c, "python": readable_python}
"""Makes a source readable for its grammar, without moving a byte."""

_MOST_AT_ONCE = 10_000  # nodes: a query of deep or broken ones takes steps with their square

_Item = TypeVar("_Item")


@dataclass(slots=True)
class TimeLeft:
    """Time for the syntax of a file and all of its parts.

    Attributes:
        seconds: Of this thread; none are left once it is below 0.
    """

    seconds: float = _MOST_SECONDS


class Syntax:
    """The nodes of a file that its language names; of one that takes too long those that are found until then.

    Args:
        language: Language of the file.
        source: Its content, UTF-8.
        left: The time for it.
    """

    def __init__(self, language: Language, source: bytes, left: TimeLeft | None = None) -> None:
        self._language, self._source, self._left = language, source, left or TimeLeft()

    @cached_property
    def _parsed(self) -> bytes:
        """The source as it is parsed."""
        readable = _READABLE.get(self._language.name, bytes)(self._source)
        ended = len(self._source) > _FOUND_BEFORE_THE_END
        return readable + _ENDS.get(self._language.name, b"") if ended else readable

    @cached_property
    def root(self) -> Node | None:
        """The node around all others; None where it takes too long to parse, or says the same over and over."""
        return None if self._left.seconds < 0 or _is_repetition(self._source) else self._parse()

    @property
    def is_broken(self) -> bool:
        """Whether its grammar could not read all of it."""
        return self.root is None or self.root.has_error

    @cached_property
    def nodes(self) -> dict[str, list[Node]]:
        """Nodes by their role; where errors have swallowed definitions, those of each part of the file by itself."""
        if self.root is None:
            return {}
        found = self._captured(self.root)
        for start, end in broken_regions(self.root) if self.root.has_error else ():
            parts = parts_of(self._parsed, start, min(end, len(self._source)))
            again = self._captured_in(parts) if len(parts) > 1 else {}
            within = {role: [node for node in nodes if start <= node.start_byte < end] for role, nodes in found.items()}
            swallowed = any(node.start_byte == start for node in within.get("function", ()))
            if _definitions(again) > _definitions(within) - swallowed:
                for role in {*found, *again}:
                    outside = [node for node in found.get(role, ()) if not start <= node.start_byte < end]
                    found[role] = [*outside, *again.get(role, ())]
        return found

    def _captured_in(self, parts: Iterable[tuple[int, int]]) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for start, end in parts:
            root = self._parse(start, end)
            for role, nodes in self._captured(root).items() if root is not None else ():
                found.setdefault(role, []).extend(nodes)
        return found

    def _captured(self, root: Node) -> dict[str, list[Node]]:
        """Nodes by their role; a large one is asked for itself and then its children, for a query of it takes long."""
        _, within, alone = grammar_of(self._language)
        found: dict[str, list[Node]] = {}
        waiting = [root]
        is_late = self._clock()
        while waiting and not is_late():
            node = waiting.pop()
            large = node.descendant_count > _MOST_AT_ONCE
            for role, nodes in (alone if large else within).captures(node).items():
                distinct = {each.id: each for each in nodes if each.start_byte < len(self._source)}
                found.setdefault(role, []).extend(distinct.values())
            waiting.extend(reversed(node.children) if large else ())
        is_late()
        return found

    def _parse(self, start: int = 0, end: int = 0) -> Node | None:
        """The root of the file, or of a part of it; None where time is up."""
        tree_sitter = require("tree_sitter", extra="code")
        parser = tree_sitter.Parser(grammar_of(self._language)[0])
        if end:
            points = (self._point(start), self._point(end))
            parser.included_ranges = [tree_sitter.Range(*points, start, end)]
        is_late = self._clock()
        try:
            root: Node = parser.parse(self._read, progress_callback=is_late).root_node
        except ValueError:  # stopped
            return None
        is_late()  # of short parts it is not asked before
        return root

    def _point(self, position: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, position) - 1
        return line, position - self._line_starts[line]

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(b"\n", self._parsed))]

    def in_time(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """The items that are reached before time is up."""
        is_late = self._clock()
        return takewhile(lambda _: not is_late(), items)

    def _read(self, start: int, _: object) -> bytes:
        """Piece of the source for the parser, which can only be stopped where it reads by pieces."""
        return self._parsed[start : start + _PIECE_BYTES]

    def _clock(self) -> Callable[..., bool]:
        """Tells whether time is up; what passes between two of these is not counted."""
        end = time.thread_time() + self._left.seconds

        def is_late(*_: object) -> bool:
            self._left.seconds = end - time.thread_time()
            return self._left.seconds < 0

        return is_late


def _definitions(found: dict[str, list[Node]]) -> int:
    return sum(len(found.get(role, ())) for role in ("function", "class", "type"))


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
        "declaration": DECLARATIONS.get(language.name, ()),
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

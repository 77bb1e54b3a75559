"""Definitions, comments and strings of a source file, by tree-sitter."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from codequest.code.declared import Declaration, declared
from codequest.code.languages import Language
from codequest.code.line_numbers import LineNumbers
from codequest.code.naming import Names, descendants, first_of, text_of
from codequest.code.syntax import Syntax, TimeLeft

if TYPE_CHECKING:
    from tree_sitter import Node

_Kind = Literal["function", "class"]
_BLANK_LINES_BELOW_DOCS = 2
_BODY_BYTES = 2000  # a body is looked at, not shown
_MOST_AROUND = 32  # nodes around a definition that are part of it
_MOST_ABOVE = 500  # siblings above a definition that are looked at


class Span(NamedTuple):
    """Bytes of a file."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A function or a class.

    Attributes:
        kind: ``"function"`` or ``"class"``.
        name: Qualified name, such as ``"Parser.parse"``.
        line: Its first line, from 1; decorators and documentation do not count.
        documentation: Its doc comment or docstring with its marks; empty without one.
        documentation_line: First line of that, from 1; that of the definition without one.
        body: Source of its body, of a long one its beginning; empty where it is only declared.
        span: Its bytes in the file, decorators included.
    """

    kind: _Kind
    name: str
    line: int
    documentation: str
    documentation_line: int
    body: str
    span: Span


@dataclass(frozen=True)
class SourceFile:
    """A parsed file; broken syntax gives what could be parsed, and one that takes too long what is found until then.

    Attributes:
        source: Its content, UTF-8.
        language: Its language.
        left: The time for it, which the parts of a file share.
    """

    source: bytes = field(repr=False)
    language: Language
    left: TimeLeft = field(default_factory=TimeLeft, repr=False, compare=False)

    @cached_property
    def definitions(self) -> list[Definition]:
        """Functions and classes that have a name, in the order of the file."""
        documented = self._documentation
        named = self._named({"function": "function", "class": "class"})
        return [self._definition(node, kind, name, documented.get(node.start_byte)) for node, kind, name in named]

    @cached_property
    def types(self) -> list[Definition]:
        """What else has a name and something inside, in the order of the file: the structs of C, test cases, routes."""
        named = self._named({"type": "class", "block": "function"})
        return [self._definition(node, kind, name, self._documentation_of(node)) for node, kind, name in named]

    def _named(self, kinds: Mapping[str, _Kind]) -> Iterator[tuple[Node, _Kind, str]]:
        """Nodes of some roles that have a name, with the kind of their role."""
        found = [(node, kind) for role, kind in kinds.items() for node in self._syntax.nodes.get(role, ())]
        found.sort(key=lambda item: item[0].start_byte)
        named = ((node, kind, self._names.qualified(node)) for node, kind in found)
        return (item for item in self._syntax.in_time(named) if item[2])

    @cached_property
    def declarations(self) -> list[Declaration]:
        """Constants, fields, prototypes and the like, in the order of the file."""
        return list(self._syntax.in_time(declared(self._syntax.nodes, self._names, self.source, self._first_line)))

    @cached_property
    def comments(self) -> list[Span]:
        """Comments; line comments that follow each other are one."""
        blocks: list[Span] = []
        for node in sorted(self._syntax.nodes.get("comment", ()), key=lambda node: node.start_byte):
            end = node.start_byte + len(self.source[node.start_byte : node.end_byte].rstrip())
            if blocks and self._continues(blocks[-1], node.start_byte):
                blocks[-1] = Span(blocks[-1].start, end)
            else:
                blocks.append(Span(node.start_byte, end))
        return blocks

    @property
    def clauses(self) -> bool:
        """Whether functions of one name that follow each other are one."""
        return self.language.clauses

    @property
    def is_broken(self) -> bool:
        """Whether its grammar could not read all of it."""
        return self._syntax.is_broken

    @cached_property
    def loose_comments(self) -> list[Span]:
        """Comments that do not document a definition."""
        documented = set(self._documented)
        return [span for span in self.comments if span not in documented]

    @property
    def opening(self) -> Span | None:
        """The docstring of the file itself, in languages that have docstrings."""
        return _docstring(self._syntax.root) if self.language.docstrings else None

    @cached_property
    def messages(self) -> list[tuple[int, str]]:
        """Line and first text of every statement that raises an error; what is interpolated is left out."""
        nodes = self._syntax.in_time(self._syntax.nodes.get("raise", ()))
        found = ((node, first_of(node, self.language.strings)) for node in nodes)
        return [(node.start_point[0] + 1, self._literal(string)) for node, string in found if string is not None]

    @cached_property
    def calls(self) -> list[tuple[str, int, str]]:
        """Function, line and text of every call with a string among its first two arguments."""
        found = []
        for node in self._syntax.in_time(self._syntax.nodes.get("call", ())):
            called, given = (node.child_by_field_name(name) for name in ("function", "arguments"))
            called = called or node.child_by_field_name("method")
            arguments = given.named_children[:2] if given is not None else []
            string = next((argument for argument in arguments if argument.type in self.language.strings), None)
            if called is not None and string is not None:
                found.append((text_of(called, self.source), node.start_point[0] + 1, self._literal(string)))
        return found

    def text(self, span: Span) -> str:
        """Text of these bytes."""
        return self.source[span.start : span.end].decode()

    def line(self, position: int) -> int:
        """Number of the line that a byte is in, from 1."""
        return self._lines.of(position)

    def first_in_line(self, position: int) -> bool:
        """Tell whether only space stands before this byte in its line."""
        return self._lines.begins_with(position)

    def code(self, definition: Definition) -> str:
        """Source of a definition, dedented, without its documentation, that of what is inside it, and blank lines."""
        start, end = definition.span
        kept, position = [], start
        for documented in self._documented:
            if documented.start >= position and documented.end <= end:
                kept.append(self.source[position : documented.start])
                position = documented.end
        lines = b"".join([*kept, self.source[position:end]]).decode().split("\n")
        indent = len(self.text(Span(self.source.rfind(b"\n", 0, start) + 1, start)))
        dedented = [lines[0], *(line[:indent].lstrip() + line[indent:] for line in lines[1:])]
        return "\n".join(line.rstrip() for line in dedented if line.strip())

    @cached_property
    def _documented(self) -> list[Span]:
        """Spans of documentation; filled by `definitions`."""
        return sorted(set(self._documentation.values()))

    @cached_property
    def _documentation(self) -> dict[int, Span]:
        """Span of the documentation of a definition, by the first byte of its node."""
        nodes = (node for kind in ("function", "class") for node in self._syntax.nodes.get(kind, ()))
        found = {node.start_byte: self._documentation_of(node) for node in self._syntax.in_time(nodes)}
        return {start: span for start, span in found.items() if span is not None}

    @cached_property
    def _lines(self) -> LineNumbers:
        return LineNumbers(self.source)

    @cached_property
    def _names(self) -> Names:
        nodes = self._syntax.nodes
        definitions = frozenset(node.id for role in ("function", "class") for node in nodes.get(role, ()))
        return Names(self.language, self.source, definitions)

    @cached_property
    def _syntax(self) -> Syntax:
        return Syntax(self.language, self.source, self.left)

    def _definition(self, node: Node, kind: _Kind, name: str, documented: Span | None) -> Definition:
        body = node.child_by_field_name("body")
        outer = self._outer(node)
        first, last = _first(outer, self.language), _last(outer, self.language)
        return Definition(
            kind=kind,
            name=name,
            line=node.start_point[0] + 1,
            documentation=self.text(documented) if documented else "",
            documentation_line=self.line(documented.start) if documented else node.start_point[0] + 1,
            body=self._beginning(body) if body is not None else "",
            span=Span(first.start_byte, min(last.end_byte, len(self.source))),
        )

    def _beginning(self, node: Node) -> str:
        end = min(node.end_byte, node.start_byte + _BODY_BYTES)
        return self.source[node.start_byte : end].decode(errors="ignore")

    def _outer(self, node: Node) -> Node:
        """A definition with what stands around it as part of it."""
        for _ in range(_MOST_AROUND):
            parent = self._names.parent(node)
            if parent is None or parent.type not in self.language.wrappers or _has_several(parent, node.type):
                break
            node = parent
        return node

    def _first_line(self, node: Node) -> int:
        above = self._comment_above(node.start_byte)
        return self.line(above.start) if above else node.start_point[0] + 1

    def _documentation_of(self, node: Node) -> Span | None:
        if self.language.docstrings:
            return _docstring(node.child_by_field_name("body"))
        outer = self._outer(node)
        above = (self._comment_above(position.start_byte) for position in (_first(outer, self.language), outer))
        return next((span for span in above if span is not None), None)

    def _comment_above(self, position: int) -> Span | None:
        """The doc comment that ends right above a byte."""
        index = bisect_right(self.comments, position, key=lambda span: span.end)
        if not index:
            return None
        span = self.comments[index - 1]
        between = self.source[span.end : position]
        if between.strip() or not self.first_in_line(span.start):
            return None
        text = self.source[span.start : span.start + 3].decode(errors="replace")
        allowed = _BLANK_LINES_BELOW_DOCS if text.startswith("/*") else 1
        marked = not self.language.doc_marks or text.startswith(self.language.doc_marks)
        return span if marked and between.count(b"\n") <= allowed else None

    def _continues(self, block: Span, position: int) -> bool:
        """Tell whether a line comment at this byte goes on with a block of line comments."""
        if self.source.startswith((b"/*", b"=begin"), block.start) or self.source.startswith(b"/*", position):
            return False
        between = self.source[block.end : position]
        same = _mark(self.source, block.start) == _mark(self.source, position)
        return same and not between.strip() and between.count(b"\n") == 1 and self.first_in_line(block.start)

    def _literal(self, string: Node) -> str:
        parts = [part for part in descendants(string) if part.type in self.language.string_parts]
        return " ".join(self.text(Span(part.start_byte, part.end_byte)) for part in parts)


def _has_several(node: Node, kind: str) -> bool:
    """Tell whether a node is around several of a kind, as the parentheses after Go's ``type`` are."""
    return sum(child.type == kind for child in node.named_children[:_MOST_AROUND]) > 1


def _mark(source: bytes, position: int) -> bytes:
    """Start of a line comment: two kinds of them are two comments."""
    match = re.compile(rb"///?!?|#+|--").match(source, position)
    return match.group() if match else b""


def _first(node: Node, language: Language) -> Node:
    """The first of the siblings above a definition that are part of it, else itself; a blank line ends them."""
    first, above, sibling = node, node, node.prev_sibling if language.leading else None
    for _ in range(_MOST_ABOVE):
        if sibling is None or sibling.type not in (*language.leading, *language.comments):
            break
        if above.start_point[0] - sibling.end_point[0] > 1:
            break
        if sibling.type in language.leading:
            first = sibling
        above, sibling = sibling, sibling.prev_sibling
    return first


def _last(node: Node, language: Language) -> Node:
    """The sibling after a definition that is part of it, else itself."""
    following = node.next_sibling if language.trailing else None
    return following if following is not None and following.type in language.trailing else node


def _docstring(body: Node | None) -> Span | None:
    first = body.named_children[0] if body is not None and body.named_children else None
    inner = first.named_children[0] if first is not None and first.type == "expression_statement" else None
    return Span(inner.start_byte, inner.end_byte) if inner is not None and inner.type == "string" else None

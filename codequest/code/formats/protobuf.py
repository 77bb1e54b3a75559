"""Definitions of Protocol Buffers, of which no grammar installs: https://protobuf.dev/reference/protobuf/proto3-spec/."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from codequest.code.line_numbers import LineNumbers
from codequest.code.source import Definition, Span

_TOKEN = re.compile(
    rb"(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))|(?P<string>\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?)"
    rb"|(?P<word>[A-Za-z_][\w.]*)|(?P<mark>[{};])",
    re.DOTALL,
)
_CLASSES = (b"message", b"enum", b"service", b"extend", b"oneof", b"group")
_FUNCTIONS = (b"rpc", b"stream")
_DEEPEST = 64  # definitions in each other
_MOST_SCOPES = 16  # whose names stand in front of a name
_LONGEST_NAME = 200


@dataclass
class _Open:
    """A block whose end is not reached."""

    word: bytes
    name: str
    start: int
    documentation: Span | None


@dataclass(frozen=True)
class ProtobufFile:
    """Messages, enums, services, calls, extensions and oneofs of a file; what is not closed ends with the file.

    Attributes:
        source: Its content, UTF-8.
    """

    source: bytes = field(repr=False)
    types = declarations = ()
    clauses = is_broken = False

    def line(self, position: int) -> int:
        """Number of the line that a byte is in, from 1."""
        return self._lines.of(position)

    @cached_property
    def _lines(self) -> LineNumbers:
        return LineNumbers(self.source)

    @cached_property
    def definitions(self) -> list[Definition]:
        """In the order of the file."""
        found: list[Definition] = []
        blocks: list[_Open | None] = []
        begun: _Open | None = None
        words: list[re.Match[bytes]] = []  # of the statement that is read
        above: Span | None = None  # comment that ends right above
        for token in _TOKEN.finditer(self.source):
            if token["comment"]:
                above = self._with(above, token)
            elif token["word"]:
                words.append(token)
                if len(words) == 2 and words[0].group() in (*_CLASSES, *_FUNCTIONS):
                    begun = self._begun(words, above)
            elif token["mark"] == b"{":
                blocks.append(begun if len(blocks) < _DEEPEST else None)
                words, begun, above = [], None, None
            elif token["mark"]:
                ended = blocks.pop() if token["mark"] == b"}" and blocks else None
                ended = ended or (begun if begun and begun.word in _FUNCTIONS and token["mark"] == b";" else None)
                if ended:
                    found.append(self._definition(ended, blocks, token.end()))
                words, begun, above = [], None, None
        for place in range(len(blocks) - 1, -1, -1):
            block = blocks[place]
            if block:
                found.append(self._definition(block, blocks[:place], len(self.source)))
        return sorted(found, key=lambda definition: definition.span)

    def _with(self, above: Span | None, comment: re.Match[bytes]) -> Span:
        """The comment, with the one that ends in the line above it."""
        goes_on = above is not None and not self.source[above.end : comment.start()].strip()
        if goes_on and above is not None and self.source.count(b"\n", above.end, comment.start()) == 1:
            return Span(above.start, comment.end())
        return Span(*comment.span())

    def _begun(self, words: list[re.Match[bytes]], above: Span | None) -> _Open:
        start = words[0].start()
        documents = above is not None and self.source.count(b"\n", above.end, start) == 1
        own_line = above is not None and self._lines.begins_with(above.start)
        name = words[1].group()[:_LONGEST_NAME].decode()
        return _Open(words[0].group(), name, start, above if documents and own_line else None)

    def _definition(self, block: _Open, around: list[_Open | None], end: int) -> Definition:
        documented = block.documentation
        return Definition(
            kind="function" if block.word in _FUNCTIONS else "class",
            name=".".join([*[outer.name for outer in around[:_DEEPEST] if outer][-_MOST_SCOPES:], block.name]),
            line=self.line(block.start),
            documentation=self.source[documented.start : documented.end].decode(errors="replace") if documented else "",
            documentation_line=self.line(documented.start if documented else block.start),
            body="",
            span=Span(block.start, end),
        )

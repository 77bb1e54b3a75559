"""Source files along their syntax: functions, classes, and what stands between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from codequest.code import Definition
from codequest.search.chunking.pieces import Piece, cut

_SIGNATURE_CHARACTERS = 200
_DEEPEST = 50  # definitions in each other


@dataclass(slots=True)
class _Scope:
    """A definition with its lines, doc comment included, and the definitions inside it; the file itself has none."""

    definition: Definition | None
    start: int
    end: int
    inner: list[_Scope] = field(default_factory=list)


class Outlined(Protocol):
    """A source file whose definitions are known."""

    @property
    def definitions(self) -> Sequence[Definition]:
        """Functions and classes."""

    @property
    def types(self) -> Sequence[Definition]:
        """What else has a name and something inside."""

    @property
    def clauses(self) -> bool:
        """Whether functions of one name that follow each other are one."""

    def line(self, position: int) -> int:
        """Number of the line that a byte is in, from 1."""


def code_chunks(lines: Sequence[str], file: Outlined, *, max_characters: int) -> Iterator[Piece]:
    """The pieces of a source file.

    A function is one piece, and a class is one as a whole with its members as further ones. Where one is too long it
    is cut into its members and what stands between them; then the first piece of a class has the outline of the rest.
    Lines of no definition are windows.

    Args:
        lines: Those of the file.
        file: Its definitions.
        max_characters: Longest piece.
    """
    outermost = _Scope(None, 1, len(lines))
    for scope in _scopes(file):
        _place(scope, outermost)
    yield from _pieces(outermost, lines, max_characters)


def _scopes(file: Outlined) -> list[_Scope]:
    found = []
    for definition in (*file.definitions, *file.types):
        start = min(definition.documentation_line, file.line(definition.span.start))
        found.append(_Scope(definition, start, file.line(definition.span.end - 1)))
    found.sort(key=lambda scope: (scope.start, -scope.end))
    return _merged(found) if file.clauses else found


def _merged(scopes: list[_Scope]) -> list[_Scope]:
    """Scopes in which functions of one name that follow each other are one."""
    merged: list[_Scope] = []
    for scope in scopes:
        last = merged[-1] if merged else None
        if last and last.definition and scope.definition and _is_same(last.definition, scope.definition):
            last.end = max(last.end, scope.end)
        else:
            merged.append(scope)
    return merged


def _is_same(first: Definition, second: Definition) -> bool:
    return first.kind == second.kind == "function" and first.name == second.name


def _place(scope: _Scope, outer: _Scope) -> None:
    """Put a scope into the innermost one around it; what shares a line with the one before it belongs to that one.

    So does what is nested deeper than anything is read.
    """
    for _ in range(_DEEPEST):
        if not outer.inner or scope.start > outer.inner[-1].end:
            outer.inner.append(scope)
            return
        if (scope.start, scope.end) == (outer.inner[-1].start, outer.inner[-1].end):
            return
        if scope.end > outer.inner[-1].end:
            outer.inner[-1].end = scope.end
            return
        outer = outer.inner[-1]


def _pieces(scope: _Scope, lines: Sequence[str], most: int) -> Iterator[Piece]:
    definition = scope.definition
    like = Piece(kind=definition.kind, symbol=definition.name) if definition else Piece(kind="window")
    if definition is not None and _size(lines, scope.start, scope.end) <= most:
        yield from cut(lines, scope.start, scope.end, like, max_characters=most)
        for inner in scope.inner if like.kind == "class" else []:
            yield from _pieces(inner, lines, most)
        return
    signature = _signature(scope, lines)
    first = replace(like, outline=_outline(scope, lines, most)) if like.kind == "class" else like
    position = scope.start
    if definition is not None and definition.line > position and _size(lines, position, definition.line) > most // 2:
        above = replace(like, kind="window", outline="")  # so that the head of the definition has its first line
        yield from cut(lines, position, definition.line - 1, above, max_characters=most, context=signature)
        position = definition.line
    for inner in scope.inner:
        yield from cut(lines, position, inner.start - 1, first, max_characters=most, context=signature)
        yield from _pieces(inner, lines, most)
        position, first = (
            inner.end + 1,
            replace(like, context=signature),
        )  # what follows stands apart from the signature
    yield from cut(lines, position, scope.end, first, max_characters=most, context=signature)


def _size(lines: Sequence[str], first: int, last: int) -> int:
    return sum(len(line) + 1 for line in lines[first - 1 : last])


def _signature(scope: _Scope, lines: Sequence[str]) -> str:
    return lines[scope.definition.line - 1].strip()[:_SIGNATURE_CHARACTERS] if scope.definition else ""


def _outline(scope: _Scope, lines: Sequence[str], most: int) -> str:
    """The signatures of what is inside, as many as leave half of a chunk to its text."""
    outline = ""
    for inner in scope.inner:
        if len(outline) < most // 2:
            outline += f"\n{_signature(inner, lines)}"
    return outline.strip()

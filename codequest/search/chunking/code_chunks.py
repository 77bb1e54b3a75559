"""Source files along their syntax: functions, classes, and what stands between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Protocol

from codequest.code import Definition
from codequest.code.declared import Declaration
from codequest.search.chunking.declared_runs import declared_runs, joined_names
from codequest.search.chunking.pieces import Piece, cut

_SIGNATURE_CHARACTERS = 200
_FEW_CHARACTERS = 600  # of lines between definitions that are one piece
_DEEPEST = 50  # definitions in each other
_START = attrgetter("start_line")


@dataclass(slots=True)
class _Scope:
    """A definition with its lines, doc comment included, and the definitions inside it; the file itself has none."""

    definition: Definition | None
    start: int
    end: int
    inner: list[_Scope] = field(default_factory=list)
    declared: list[Declaration] = field(default_factory=list)


class Outlined(Protocol):
    """A source file whose definitions are known."""

    @property
    def definitions(self) -> Sequence[Definition]:
        """Functions and classes."""

    @property
    def types(self) -> Sequence[Definition]:
        """What else has a name and something inside."""

    @property
    def declarations(self) -> Sequence[Declaration]:
        """Constants, fields, prototypes and the like."""

    @property
    def clauses(self) -> bool:
        """Whether functions of one name that follow each other are one."""

    def line(self, position: int) -> int:
        """Number of the line that a byte is in, from 1."""


def code_chunks(lines: Sequence[str], file: Outlined, *, max_characters: int) -> Iterator[Piece]:
    """The pieces of a source file.

    A function is one piece, and a class is one as a whole with its members as further ones. Where one is too long it
    is cut into its members and what stands between them; then the first piece of a class has the outline of the rest.
    Lines of no definition are windows; those of declarations have their names.

    Args:
        lines: Those of the file.
        file: Its definitions.
        max_characters: Longest piece.
    """
    outermost = _Scope(None, 1, len(lines))
    for scope in _scopes(file):
        _place(scope, outermost)
    for declaration in sorted(file.declarations, key=_START):
        _declare(declaration, outermost)
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


def _declare(declaration: Declaration, outer: _Scope) -> None:
    """Put a declaration into the innermost scope around it, unless that is a function, or the very same lines."""
    lines = (declaration.start_line, declaration.end_line)
    for _ in range(_DEEPEST):
        place = bisect_right(outer.inner, lines[0], key=lambda scope: scope.start)
        if not place or lines[1] > outer.inner[place - 1].end:
            break
        outer = outer.inner[place - 1]
    definition = outer.definition
    if definition is None or (definition.kind == "class" and lines != (outer.start, outer.end)):
        outer.declared.append(declaration)


def _pieces(scope: _Scope, lines: Sequence[str], most: int) -> Iterator[Piece]:
    definition = scope.definition
    like = Piece(kind=definition.kind, symbol=definition.name) if definition else Piece(kind="window")
    if definition is not None and _size(lines, scope.start, scope.end) <= most:
        yield from cut(lines, scope.start, scope.end, like, max_characters=most)
        for inner in scope.inner if like.kind == "class" else []:
            yield from _pieces(inner, lines, most)
        for run in declared_runs(scope.declared, lines, max_characters=most):
            yield from cut(lines, run.start_line, run.end_line, run, max_characters=most)
        return
    signature = _signature(scope, lines)
    first = replace(like, outline=_outline(scope, lines, most)) if like.kind == "class" else like
    position = scope.start
    if definition is not None and definition.line > position and _size(lines, position, definition.line) > most // 2:
        above = replace(like, kind="window", outline="")  # so that the head of the definition has its first line
        yield from cut(lines, position, definition.line - 1, above, max_characters=most, context=signature)
        position = definition.line
    for inner in scope.inner:
        if like.kind == "function" and inner.end == inner.start:
            continue  # a callback in one line says little apart from the function around it
        yield from _between(scope, lines, (position, inner.start - 1), first, most)
        yield from _pieces(inner, lines, most)
        position, first = (
            inner.end + 1,
            replace(like, context=signature),
        )  # what follows stands apart from the signature
    yield from _between(scope, lines, (position, scope.end), first, most)


def _between(scope: _Scope, lines: Sequence[str], where: tuple[int, int], like: Piece, most: int) -> Iterator[Piece]:
    """Lines of a scope between the definitions in it; what they declare has pieces of its own, few lines are one."""
    (start, end), signature = where, _signature(scope, lines)
    first, last = bisect_left(scope.declared, start, key=_START), bisect_right(scope.declared, end, key=_START)
    begun = scope.declared[first:last]  # there may be a function inside
    inside = [replace(each, end_line=min(each.end_line, end)) for each in begun]
    if like.kind == "window" and _size(lines, start, end) <= _FEW_CHARACTERS:
        like, inside = replace(like, symbol=joined_names(inside)), []
    apart = like.kind == "window" or start > scope.start  # the head of a class keeps what it declares
    for run in declared_runs(inside, lines, max_characters=most):
        if apart:
            yield from cut(lines, start, run.start_line - 1, like, max_characters=most, context=signature)
            start = run.end_line + 1
        own = replace(run, context=signature) if apart else run
        yield from cut(lines, own.start_line, own.end_line, own, max_characters=most, context=signature)
    yield from cut(lines, start, end, like, max_characters=most, context=signature)


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

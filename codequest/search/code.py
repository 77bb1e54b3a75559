"""Source files along their syntax: functions, classes, and what stands between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from codequest.search.pieces import Piece, cut
from codequest.syntax import Definition, Language, SourceFile

_SIGNATURE_CHARACTERS = 200


@dataclass(slots=True)
class _Scope:
    """A definition with its lines, doc comment included, and the definitions inside it; the file itself has none."""

    definition: Definition | None
    start: int
    end: int
    inner: list[_Scope] = field(default_factory=list)


def code_chunks(text: str, language: Language, *, max_characters: int) -> Iterator[Piece]:
    """The pieces of a source file.

    A function is one piece. A class is cut into its members and what stands between them, and so is a function that
    is too long. Lines of no definition are windows.

    Args:
        text: The file's content.
        language: Its language.
        max_characters: Longest piece.
    """
    lines = text.split("\n")
    outermost = _Scope(None, 1, len(lines))
    for scope in _scopes(SourceFile(text.encode(), language)):
        _place(scope, outermost)
    yield from _pieces(outermost, lines, max_characters)


def _scopes(file: SourceFile) -> list[_Scope]:
    found = []
    for definition in file.definitions:
        start = min(definition.documentation_line, file.line(definition.span.start))
        found.append(_Scope(definition, start, file.line(definition.span.end - 1)))
    return sorted(found, key=lambda scope: (scope.start, -scope.end))


def _place(scope: _Scope, outer: _Scope) -> None:
    """Put a scope into the innermost one around it; what shares a line with the one before it belongs to that one."""
    while outer.inner and scope.start <= outer.inner[-1].end:
        if scope.end > outer.inner[-1].end:
            outer.inner[-1].end = scope.end
            return
        outer = outer.inner[-1]
    outer.inner.append(scope)


def _pieces(scope: _Scope, lines: Sequence[str], most: int) -> Iterator[Piece]:
    definition = scope.definition
    like = Piece(kind=definition.kind, symbol=definition.name) if definition else Piece(kind="window")
    signature = lines[definition.line - 1].strip()[:_SIGNATURE_CHARACTERS] if definition else ""
    length = sum(len(line) + 1 for line in lines[scope.start - 1 : scope.end])
    whole = definition is not None and definition.kind == "function" and length <= most
    position, first = scope.start, like
    for inner in [] if whole else scope.inner:
        yield from cut(lines, position, inner.start - 1, first, max_characters=most, context=signature)
        yield from _pieces(inner, lines, most)
        # What follows a member stands apart from the signature.
        position = inner.end + 1
        first = Piece(kind=like.kind, symbol=like.symbol, context=signature)
    yield from cut(lines, position, scope.end, first, max_characters=most, context=signature)

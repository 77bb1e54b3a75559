"""Names of syntax nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codequest.code.languages import Language

if TYPE_CHECKING:
    from tree_sitter import Node

_GENERICS = re.compile(r"<[^<>]*>")


def qualified_name(node: Node, language: Language) -> str:
    """Its name after the names of what it is in; empty where it has none."""
    own = _name(node, language)
    if not own:
        return ""
    around = (_name(outer, language) for outer in _ancestors(node) if _is_scope(outer, language))
    return ".".join([*reversed([name for name in around if name]), own])


def _ancestors(node: Node) -> Iterator[Node]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _is_scope(node: Node, language: Language) -> bool:
    return node.type in language.functions or node.type in language.classes or node.type in language.scopes


def _name(node: Node, language: Language) -> str:
    named = node.child_by_field_name(language.scopes.get(node.type, "name"))
    if named is None and node.parent is not None and node.parent.type in language.named_by:
        named = node.parent.child_by_field_name(language.named_by[node.parent.type])
    if named is None and language.name_path:
        named = _descend(node, language.name_path)
    parts = [_without_generics(text_of(named))] if named is not None else []
    receiver = node.child_by_field_name(language.receiver) if language.receiver and parts else None
    if receiver is not None:
        owner = first_of(receiver, ("type_identifier",))
        parts[:0] = [text_of(owner)] if owner is not None else []
    return ".".join(parts)


def first_of(node: Node, types: tuple[str, ...]) -> Node | None:
    """The first node of these types below a node."""
    return next((inner for inner in descendants(node) if inner.type in types), None)


def _without_generics(name: str) -> str:
    plain = _GENERICS.sub("", _GENERICS.sub("", name))
    return plain.lstrip("&* ").partition("(")[0].strip() or plain  # a C++ function may be declared as a reference


def _descend(node: Node, path: str) -> Node | None:
    found = node.child_by_field_name(path)
    while found is not None and (deeper := found.child_by_field_name(path)) is not None:
        found = deeper
    return found


def descendants(node: Node) -> Iterator[Node]:
    """Every named node below a node, in the order of the file."""
    for child in node.named_children:
        yield child
        yield from descendants(child)


def text_of(node: Node) -> str:
    """The source of a node on one line, at most 200 characters."""
    return " ".join((node.text or b"").decode(errors="replace").split())[:200]

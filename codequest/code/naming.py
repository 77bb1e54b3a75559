"""Names of syntax nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from codequest.code.languages import Language

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_LEVELS = 256  # above a definition
_MOST_SCOPES = 16  # whose names stand in front of a name
_NAME_BYTES = 2000
_MOST_WITHIN = 1000  # nodes that are looked at
_GENERICS = re.compile(r"<[^<>]*>")


class Names:
    """The names of the nodes of one file.

    What is around a node is asked for once: the parser looks for it from the root, so each time takes as many steps as
    the node is deep.

    Args:
        language: Language of the file.
        source: Its content.
    """

    def __init__(self, language: Language, source: bytes) -> None:
        self._language, self._source = language, source
        self._parents: dict[int, Node | None] = {}
        self._own: dict[int, str] = {}

    def qualified(self, node: Node) -> str:
        """Name of a node after the names of what it is in; empty where it has none."""
        own = self._own_of(node)
        if not own:
            return ""
        scopes = (outer for outer in islice(self._ancestors(node), _MOST_LEVELS) if self._is_scope(outer))
        around = filter(None, map(self._own_of, scopes))
        return ".".join([*reversed([*islice(around, _MOST_SCOPES)]), own])

    def parent(self, node: Node) -> Node | None:
        """The node around a node."""
        if node.id not in self._parents:
            self._parents[node.id] = node.parent
        return self._parents[node.id]

    def _ancestors(self, node: Node) -> Iterator[Node]:
        parent = self.parent(node)
        while parent is not None:
            yield parent
            parent = self.parent(parent)

    def _is_scope(self, node: Node) -> bool:
        language = self._language
        return node.type in language.functions or node.type in language.classes or node.type in language.scopes

    def _own_of(self, node: Node) -> str:
        if node.id not in self._own:
            self._own[node.id] = self._name(node)
        return self._own[node.id]

    def _name(self, node: Node) -> str:
        language = self._language
        named = node.child_by_field_name(language.scopes.get(node.type, "name"))
        parent = self.parent(node) if named is None and language.named_by else None
        if parent is not None and parent.type in language.named_by:
            named = parent.child_by_field_name(language.named_by[parent.type])
        if named is None and language.name_path:
            named = _descend(node, language.name_path)
        parts = [_without_generics(text_of(named, self._source))] if named is not None else []
        receiver = node.child_by_field_name(language.receiver) if language.receiver and parts else None
        if receiver is not None:
            owner = first_of(receiver, ("type_identifier",))
            parts[:0] = [text_of(owner, self._source)] if owner is not None else []
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
    """The named nodes below a node, in the order of the file; the first thousand."""
    waiting = [*reversed(node.named_children)]
    for _ in range(_MOST_WITHIN):
        if not waiting:
            return
        child = waiting.pop()
        yield child
        waiting.extend(reversed(child.named_children))


def text_of(node: Node, source: bytes) -> str:
    """The source of a node on one line, at most 200 characters."""
    beginning = source[node.start_byte : min(node.end_byte, node.start_byte + _NAME_BYTES)]
    return " ".join(beginning.decode(errors="replace").split())[:200]

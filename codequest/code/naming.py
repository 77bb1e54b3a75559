"""Names of syntax nodes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from codequest.code.languages import Language

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST_LEVELS = 256  # above a definition
_MOST_SCOPES = 16  # whose names stand in front of a name
_NAME_BYTES = 2000
_MOST_WITHIN = 1000  # nodes that are looked at
_POINTED = re.compile(r"^\([*&^\s]+(?:\w+::)*(\w+)[\])(\[]")  # to a function
_GENERICS = re.compile(r"<[^<>]*>")
_QUALIFIERS = re.compile(r"^(?:(?:'\w+|mut|dyn|const)\s+|[&*]\s*)+")  # of a type in Rust


class Names:
    """The names of the nodes of one file.

    What is around a node is asked for once: the parser looks for it from the root, so each time takes as many steps as
    the node is deep.

    Args:
        language: Language of the file.
        source: Its content.
        definitions: Ids of the nodes that define functions and classes.
    """

    def __init__(self, language: Language, source: bytes, definitions: Collection[int]) -> None:
        self._language, self._source, self._definitions = language, source, definitions
        self._parents: dict[int, Node | None] = {}
        self._own: dict[int, str] = {}

    def qualified(self, node: Node) -> str:
        """Name of a node after the names of what it is in; empty where it has none."""
        own = self._own_of(node)
        return self.within(node, own) if own else ""

    def within(self, node: Node, own: str) -> str:
        """A name after the names of what a node is in."""
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
        return node.id in self._definitions or node.type in self._language.scopes

    def _own_of(self, node: Node) -> str:
        if node.id not in self._own:
            self._own[node.id] = self._name(node)
        return self._own[node.id]

    def _name(self, node: Node) -> str:
        language = self._language
        parts = [plain_name(text) for text in self._texts(node)]
        receiver = node.child_by_field_name(language.receiver) if language.receiver and parts else None
        if receiver is not None:
            owner = first_of(receiver, ("type_identifier",))
            parts[:0] = [text_of(owner, self._source)] if owner is not None else []
        return ".".join(filter(None, parts))

    def _texts(self, node: Node) -> list[str]:
        """The name of a node; what it is assigned to comes before what it is called in itself."""
        language = self._language
        own = language.named_in.get(node.type, language.scopes.get(node.type, "name"))
        parent = self.parent(node) if language.named_by else None
        ways = own
        found: list[list[Node]] = [[]]
        if parent is not None and parent.type in language.named_by:
            ways = language.named_by[parent.type]
            found = [follow(parent, way) for way in ways.split("&")]
        if not found[0]:
            ways = own
            found = [follow(node, way) for way in ways.split("&")]
        if not found[0] and language.name_path:
            deepest = descend(node, language.name_path)
            if deepest is not None and (case := self._test_case(node, deepest)):
                return [case]
            found = [[deepest] if deepest is not None else []]
        words = [text_of(each, self._source).strip("\"'`") for nodes in found for each in nodes]
        return [" ".join(words)] if "&" in ways else words

    def _test_case(self, node: Node, name: Node) -> str:
        """What a macro that stands for a function is called with, as in ``TEST(Suite, Name) {}``; empty for others."""
        macro, given = (
            text_of(name, self._source),
            name.parent.child_by_field_name("parameters") if name.parent else None,
        )
        if given is None or macro.upper() != macro or node.child_by_field_name("type") is not None:
            return ""
        return f"{macro} {text_of(given, self._source).strip('()').replace(', ', '.')}".strip()


def follow(node: Node, steps: str) -> list[Node]:
    """The nodes that a path leads to from a node: most often one, none where it ends before.

    Args:
        node: Where it begins.
        steps: Each the field or the type of a child, the first of several with ``|``; ``..`` is the parent, ``_`` any
            named child, ``field*`` as often as there is one, and ``type+`` at the end all children of that type.
    """
    for step in steps.split():
        if step.endswith("+"):
            return [child for child in node.children if child.type == step[:-1]]
        if step.endswith("*"):
            node = descend(node, step[:-1]) or node
            continue
        found = node.parent if step == ".." else _child(node, step.split("|"))
        if found is None:
            return []
        node = found
    return [node]


def _child(node: Node, wanted: Sequence[str]) -> Node | None:
    for name in wanted:
        if name == "_":
            return node.named_children[0] if node.named_children else None
        found = node.child_by_field_name(name) or next((child for child in node.children if child.type == name), None)
        if found is not None:
            return found
    return None


def first_of(node: Node, types: tuple[str, ...]) -> Node | None:
    """The first node of these types below a node."""
    return next((inner for inner in descendants(node) if inner.type in types), None)


def plain_name(name: str) -> str:
    """A name without generics, the marks of references, parameters, and what else a declarator may have in it."""
    pointed = _POINTED.match(name)
    if pointed:
        return pointed[1]
    plain = _GENERICS.sub("", _GENERICS.sub("", name))
    short = _QUALIFIERS.sub("", plain.lstrip("&* ")).partition("(")[0].strip()
    return short or plain  # a C++ function may be declared as a reference


def descend(node: Node, path: str) -> Node | None:
    """The node that a field leads to, as often as there is one; None where there is none."""
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

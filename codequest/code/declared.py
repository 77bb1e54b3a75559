"""Declarations of a parsed file: constants, fields, prototypes and the like."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codequest.code.naming import Names, descend, plain_name, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_IMPORTED = re.compile(rb"=\s*(?:await\s+import|require|@import)\s*\(")
_SHORTEST = 2  # characters of a name
_MOST_NAMES = 50  # of one declaration


@dataclass(frozen=True, slots=True)
class Declaration:
    """Lines that declare names.

    Attributes:
        names: Qualified ones, such as ``"Settings.retries"``.
        start_line: First line, from 1, its doc comment included.
        end_line: Last line, inclusive.
    """

    names: tuple[str, ...]
    start_line: int
    end_line: int


def declared(
    nodes: Mapping[str, Sequence[Node]], names: Names, source: bytes, first_line: Callable[[Node], int]
) -> Iterator[Declaration]:
    """The declarations among the nodes of a file, in its order; imports into a variable are none.

    Args:
        nodes: Nodes by role.
        names: Knows what is around them.
        source: The file.
        first_line: The line where a node begins with its doc comment.
    """
    captured = sorted(nodes.get("name", ()), key=lambda node: node.start_byte)
    starts = [node.start_byte for node in captured]
    for node in sorted(nodes.get("declaration", ()), key=lambda node: node.start_byte):
        if _IMPORTED.search(source, node.start_byte, min(node.end_byte, node.start_byte + 300)):
            continue
        own = captured[bisect_left(starts, node.start_byte) : bisect_left(starts, node.end_byte)][:_MOST_NAMES]
        texts = (plain_name(text_of(each, source).strip("\"'`:#")) for each in own or _declarators(node))
        found = tuple(names.within(node, text) for text in dict.fromkeys(texts) if len(text) >= _SHORTEST)
        end = node.end_point[0] + (node.end_point[1] > 0)
        if found:
            yield Declaration(found, first_line(node), max(end, node.start_point[0] + 1))


def _declarators(node: Node) -> list[Node]:
    if node.type == "template_declaration":
        node = node.named_children[-1]
    found = node.children_by_field_name("declarator")
    return [descend(each, "declarator") or each for each in found]

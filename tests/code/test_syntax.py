"""Syntax nodes in bounded time."""

from __future__ import annotations

import time

import pytest

from codequest.code import LANGUAGES, Language
from codequest.code.syntax import Syntax


def language(name: str) -> Language:
    [found] = [language for language in LANGUAGES if language.name == name]
    return found


def test_large_files_give_the_nodes_of_all_their_parts() -> None:
    parts = [f"# {n}\nclass A{n * n}:\n    def f{n}(self):\n        raise ValueError('{n}')\n\n" for n in range(1000)]
    once, often = (Syntax(language("python"), "".join(parts[:count]).encode()).nodes for count in (1, 1000))
    assert {role: 1000 * len(nodes) for role, nodes in once.items()} == {
        role: len(nodes) for role, nodes in often.items()
    }
    assert set(once) == {"comment", "class", "function", "raise"}


def test_a_large_node_is_found_with_all_that_is_in_it() -> None:
    members = "".join(f"    def f{number}(self):\n        return [{number}, 1, 2, 3, 4, 5]\n" for number in range(2000))
    nodes = Syntax(language("python"), f"class A:\n{members}".encode()).nodes
    assert (len(nodes["class"]), len(nodes["function"])) == (1, 2000)


@pytest.mark.parametrize(
    ("name", "sign"),
    [("java", "=>"), ("java", " = * "), ("c", "=>"), ("c++", "=>"), ("c#", " = > "), ("c#", " = | "),
     ("javascript", " => in "), ("typescript", " = > "), ("tsx", " = & ")],
)  # fmt: skip
def test_errors_up_to_the_end_take_no_square_of_their_number(name: str, sign: str) -> None:
    """Without anything after them, a parser is up to 15 seconds in its last step, in which nothing stops it."""
    source = "".join(f"a{number * 7919 % 100_003}{sign}" for number in range(1500)).encode()
    began = time.thread_time()
    assert Syntax(language(name), source).root is not None
    assert time.thread_time() - began < 1
    nodes = Syntax(language(name), source).nodes
    assert all(node.start_byte < len(source) for found in nodes.values() for node in found)


@pytest.mark.parametrize(
    ("name", "source"),
    [("java", b"a=>" * 50_000), ("c", b"a=>" * 9000), ("python", b"(" * 200_000), ("go", b"x=" + b"[" * 200_000)],
)
def test_what_would_take_minutes_is_given_up(name: str, source: bytes) -> None:
    began = time.thread_time()
    assert Syntax(language(name), source).nodes.get("function", []) == []
    assert time.thread_time() - began < 2

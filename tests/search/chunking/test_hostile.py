"""Files that are made to take long, or to end the process."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest

from codequest.code import LANGUAGES
from codequest.code.reading import readable_text
from codequest.search.chunking.chunks import chunk_file

FUNCTIONS = {
    "python": ("lambda: ", ""), "javascript": ("function f(){\n", "}\n"), "typescript": ("function f(){\n", "}\n"),
    "tsx": ("const f=()=>{\n", "}\n"), "java": ("class A{\n", "}\n"), "go": ("func f(){ f(func(){\n", "})}\n"),
    "ruby": ("def f\n", "end\n"), "php": ("function f(){\n", "}\n"), "rust": ("fn f(){\n", "}\n"),
    "c#": ("class A{\n", "}\n"), "c": ("struct a{\n", "};\n"), "c++": ("namespace a{\n", "}\n"),
    "bash": ("f(){\n", "}\n"), "kotlin": ("fun f(){\n", "}\n"), "scala": ("def f = {\n", "}\n"),
    "swift": ("func f(){\n", "}\n"), "dart": ("class A{\n", "}\n"), "lua": ("function f()\n", "end\n"),
    "elixir": ("defmodule A do\n", "end\n"), "haskell": ("f = let g = (", ")\n"),
    "zig": ("const A = struct {\n", "};\n"), "sql": ("CREATE TABLE a (b INT);\n", ""),
    "terraform": ("a \"b\" {\n", "}\n"),
}  # fmt: skip
SHAPES = [
    "()",
    "[]",
    "{}",
    "(",
    "(\n",
    "\"'",
    "`${",
    "f'{",
    "a<",
    "a.",
    "not ",
    "@a\n",
    "# a\n",
    "// a\n",
    "x=",
    "functions",
]
TEXTS = {
    "md": ["# ", "#", "#\n", "a\n=\n", "```\n", "# a #", "-----BEGIN PRIVATE KEY-----\n", "# t\n## b\nc\n"],
    "txt": ["a", " ", "\n", "}", "}\n", "end ", ")\n", '"auth": "', "-----BEGIN ", "word "],
    "rst": ["a\n=\n", "=\n", "==\n==\n", "a\n===\n\n"],
    "vue": ["<script>", "<script lang=ts>\nf()\n</script>\n", "</script>", "<!--", "<template>\n", "<script a='"],
    "proto": ["message a{", "rpc a;", "/*", '"', "}", "// a\n"],
    "ipynb": ["# %% [python]\n", "# %% [markdown]\n# a\n", "# %% [python]\nf()\n", '{"cells":['],
    "pyx": ["cdef a(", "cdef f(a):\n", "cdef class A:\n"],
    "hpp": ["class A B : ", "FOO(a)\n", 'R"(', "class A_API B {};\n"],
    "h": ["\n", " ", "\n \t"],
}


def shaped(shape: str, size: int, language: str) -> str:
    brackets = (shape[0], shape[1:]) if shape in ("()", "[]", "{}") else (shape, "")
    opens, closes = FUNCTIONS[language] if shape == "functions" else brackets
    times = size // len(opens + closes)
    begins = "<?php " if language == "php" else ""
    return begins + opens * times + closes * times


def hostile(size: int, shapes: Sequence[str]) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for shape in shapes:
            yield f"a{language.suffixes[0]}", shaped(shape, size, language.name)
    for suffix, repeated in TEXTS.items():
        for shape in repeated:
            yield f"a.{suffix}", shape * (size // len(shape)) + "x"


def check(size: int, seconds: float, shapes: Sequence[str] = SHAPES) -> None:
    for path, text in hostile(size, shapes):
        began = time.process_time()
        readable_text(path, text.encode())
        chunks = chunk_file(path, text, max_characters=1500)
        took = time.process_time() - began
        assert took < seconds, (path, text[:20], took)
        assert sum(len(chunk.text) + len(chunk.context) + len(chunk.symbol) for chunk in chunks) < 60 * size


def test_nesting_and_repetition_cost_what_their_length_does() -> None:
    check(6000, 1, ("()", "(\n", "functions"))


@pytest.mark.slow
def test_a_megabyte_of_anything_is_cut_in_two_seconds() -> None:
    check(1_000_000, 2)


def test_a_long_heading_is_not_repeated_in_full_below_it() -> None:
    text = f"# {'long ' * 1000}\n\n" + "".join(f"## Part {number}\n\nSome words.\n\n" for number in range(50))
    chunks = chunk_file("a.md", text, max_characters=1500)
    assert chunks[-1].symbol.endswith("long  > Part 49")
    assert max(len(chunk.symbol) for chunk in chunks) < 250


def test_definitions_are_named_and_cut_however_deep_they_are() -> None:
    depth = 300
    text = "".join(f"{' ' * level}def f{level}():\n" for level in range(depth)) + " " * depth + "return 1\n"
    chunks = chunk_file("a.py", text, max_characters=1500)
    names = [chunk.symbol for chunk in chunks]
    assert names[0] == "f0"
    assert "f0.f1.f2" in names
    assert max(name.count(".") for name in names) <= 16
    lines = {line for chunk in chunks for line in range(chunk.start_line, chunk.end_line + 1)}
    assert lines == set(range(1, depth + 2))

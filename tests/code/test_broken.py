"""Files with errors: what stands around them keeps its names."""

from __future__ import annotations

import pytest

from codequest.code.broken import parts_of
from tests.code.languages.named import names


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "a.c",
            "int a(void) { if (x) { go(); }\nint b(void) { return 2; }\nint c(void) { return 3; }\n",
            ["a", "b", "c"],
        ),
        (
            "a.py",
            "def a():\n    return (1\n\ndef b():\n    return 2\n\nclass C:\n    def m(self): pass\n",
            ["a", "b", "C", "C.m"],
        ),
        (
            "a.js",
            "function a() { return {{ }; }\nfunction b() { return 2; }\nclass C { m() { } }\n",
            ["a", "b", "C", "C.m"],
        ),
        ("a.go", "package a\n\nfunc a() {\n\tx := {\n}\n\nfunc b() int {\n\treturn 1\n}\n", ["a", "b"]),
        ("a.kt", "class A { init { }\n constructor() : this(1)\n inner class C }\n\nfun after() {}\n", ["after"]),
        ("a.rs", "fn a() { let x = ; }\nfn b() -> i32 { 1 }\n", ["a", "b"]),
        ("a.java", "class A {\n  int a( { return 1; }\n}\n\nclass B {\n  int b() { return 2; }\n}\n", ["B", "B.b"]),
        ("a.cpp", "namespace n {\nint a() { return ; ]; }\n\nint b() { return 1; }\n}\n", ["n.a", "n.b"]),
    ],
)
def test_an_error_costs_no_other_definition(path: str, text: str, expected: list[str]) -> None:
    assert set(expected) <= set(names(path, text))


def test_parts_begin_without_indent_after_an_end() -> None:
    source = b"int a() {\n  x\n}\nint b()\n{\n}\n\nint c() {}\n"
    assert [source[start:end] for start, end in parts_of(source, 0, len(source))] == [
        b"int a() {\n  x\n}\n",
        b"int b()\n{\n}\n\n",
        b"int c() {}\n",
    ]
    assert parts_of(b"a;\n" * 5000, 0, 15_000) == [(0, 15_000)]

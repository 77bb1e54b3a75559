"""What functions and classes are called, with the names around them."""

from __future__ import annotations

import pytest

from codequest.code import LANGUAGES, SourceFile

SOURCES = {
    "python": (b"class A:\n    def f(self):\n        def g():\n            pass\n", ["A", "A.f", "A.f.g"]),
    "go": (b"package a\nfunc (c *Conn) Read() {}\nfunc Open() {}\n", ["Conn.Read", "Open"]),
    "javascript": (b"const open = () => 1;\nclass A { read() {} }\n", ["open", "A", "A.read"]),
    "java": (b"class Box<T> { T get() { return null; } }\n", ["Box", "Box.get"]),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_name_stands_after_the_names_around_it(name: str) -> None:
    source, expected = SOURCES[name]
    [language] = [language for language in LANGUAGES if language.name == name]
    assert [found.name for found in SourceFile(source, language).definitions] == expected

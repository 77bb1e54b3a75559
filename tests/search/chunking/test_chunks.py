import pytest

from tests.search.chunking.cuts import cut
from tests.search.sources import SOURCES


@pytest.mark.parametrize("path", SOURCES)
@pytest.mark.parametrize("most", [20, 60, 150, 1200])
def test_no_word_is_lost(path: str, most: int) -> None:
    text, _ = SOURCES[path]
    chunks = cut(path, text, most)
    held = {line for chunk in chunks for line in range(chunk.start_line, chunk.end_line + 1)}
    lost = [line for number, line in enumerate(text.split("\n"), 1) if number not in held and line.strip()]
    allowed = {"end", "}", "};", "{", "}  // namespace shop", "# Guide", "namespace shop {", "impl Cache {"}
    assert {line.strip() for line in lost} <= allowed
    assert all(len(chunk.text) <= most or chunk.start_line == chunk.end_line for chunk in chunks)


def test_what_is_embedded_says_nothing_of_the_path() -> None:
    text = SOURCES["a.py"][0]
    assert [chunk.embedded for chunk in cut("a.py", text)] == [chunk.embedded for chunk in cut("b/other.py", text)]


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("a.h", "class A {};", "c++"),
        ("a.h", "int a;", "c"),
        ("Dockerfile", "FROM a", "dockerfile"),
        ("x/Makefile", "all:", "make"),
        ("run", "#!/usr/bin/env python3\nprint(1)", "python"),
        ("run", "#!/bin/bash -e\nls", "bash"),
        ("run", "#!/usr/bin/node", "javascript"),
        ("README", "words", "text"),
    ],
)
def test_languages(path: str, text: str, language: str) -> None:
    assert cut(path, text)[0].language == language

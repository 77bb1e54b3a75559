"""Queries, taken apart."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codequest.errors import InvalidInputError
from codequest.search.query.parsed_query import parse_query


@pytest.mark.parametrize(
    ("query", "text", "paths", "languages"),
    [
        ("retry file:src/net lang:go", "retry", ("src/net",), ("go",)),
        ("lang:golang retry -file:tests/ a request", "retry  a request", ("!tests/",), ("go",)),
        ("file:*.py file:!a.py path:docs/ x", "x", ("*.py", "!a.py", "docs/"), ()),
        ("x -lang:md language:TS -language:py", "x", (), ("!markdown", "typescript", "!python")),
        ('x file:"my files/" lang:"visual basic"', "x", ("my files/",), ("visual basic",)),
        ("x\nfile:a\ty", "x\n\ty", ("a",), ()),
        ('x file:"a', "x", ('"a',), ()),
        ("x file:*.{ts,tsx}", "x", ("*.{ts,tsx}",), ()),
    ],
)
def test_filters_are_taken_out(query: str, text: str, paths: tuple[str, ...], languages: tuple[str, ...]) -> None:
    parsed = parse_query(query)
    assert (parsed.text, parsed.filters.paths, parsed.filters.languages) == (text, paths, languages)
    assert parsed.quoted == ()


@pytest.mark.parametrize(
    "query",
    [
        "how is a file: opened",
        "profile:src",
        "def load(path:str)",
        "file:///etc/hosts",
        "FILE:a",
        "--file:a",
        "file :a",
        "  two  spaces ",
        'print("hello world")',
        'File "app.py", line 3, in load',
        'say "hello',
        'say hello"',
        'a" b "c',
        '""',
        '"  "',
        '-"a b"',
        "it's 'quoted'",
        "",
    ],
)
def test_what_only_looks_like_it_is_ordinary_text(query: str) -> None:
    parsed = parse_query(query)
    assert (parsed.text, parsed.quoted, parsed.filters.paths, parsed.filters.languages) == (query, (), (), ())


@pytest.mark.parametrize(
    ("query", "quoted", "text"),
    [
        ('"max_retries = 5"', ("max_retries = 5",), "max_retries = 5"),
        ('retry "a b" of "c" d', ("a b", "c"), "retry a b of c d"),
        (r'"say \"hi\""', ('say "hi"',), 'say "hi"'),
        (r'"a \n \\ b"', (r"a \n \ b",), r"a \n \ b"),
        (r'"a\\"', ("a\\",), "a\\"),
        ('"print("x")"', ('print("x")',), 'print("x")'),
        ('" in quotes"', (" in quotes",), "in quotes"),
        ('"two\nlines"', ("two\nlines",), "two\nlines"),
        ('"lang:go" x', ("lang:go",), "lang:go x"),
        ('"a" "unbalanced', ("a",), 'a "unbalanced'),
    ],
)
def test_quoted_text_is_literal_and_ranks(query: str, quoted: tuple[str, ...], text: str) -> None:
    parsed = parse_query(query)
    assert (parsed.quoted, parsed.text) == (quoted, text)


def test_too_much_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="paths may be 100 strings of 1000 characters at most, got 5,000"):
        parse_query("x " + "file:a " * 5000)
    with pytest.raises(InvalidInputError, match="may quote 10 texts of 1,000 characters at most, got 11"):
        parse_query('"a" ' * 11)
    with pytest.raises(InvalidInputError, match=r"got 1, the longest of 3,000,000\. Leave the quotes out"):
        parse_query('"' + "a" * 3_000_000 + '"')
    with pytest.raises(InvalidInputError, match="Unknown language 'cobol'; expected one of"):
        parse_query("x lang:cobol")


@pytest.mark.parametrize("part", ['"a ', '" ', '\\" ', 'file:"a ', '"\\', "a" * 9, "file: ", "-file:"])
@pytest.mark.timeout(60)  # a second look at what comes after each quote would take hours
def test_megabytes_are_read_in_one_go(part: str) -> None:
    with suppress(InvalidInputError):
        parse_query(part * (2_000_000 // len(part)))


@given(st.text(alphabet='ab "\\:-\n', max_size=30))
def test_nothing_of_what_was_typed_is_lost(query: str) -> None:
    parsed = parse_query(query)
    assert "".join(parsed.text.split()).replace("\\", "").replace('"', "") == "".join(query.split()).replace(
        "\\", ""
    ).replace('"', "")

"""Code as HTML."""

from __future__ import annotations

import re
from html import unescape

import pytest

from codequest.code import file_language as languages
from codequest.search import lexers
from codequest.search.web.snippets import highlighted


def marked(text: str, query: str, language: str = "python") -> list[str]:
    return re.findall("<mark>(.*?)</mark>", "\n".join(highlighted(text, language, query)))


def test_every_line_is_there_as_it_was() -> None:
    text = '\n\ndef a(x):\n\t"""Two <b>\n  lines &amp; more."""\n\n    return x < 1  # é\n\n'
    lines = highlighted(text, "python", "lines")
    assert [unescape(re.sub("<[^>]*>", "", line)) for line in lines] == text.split("\n")
    assert lines[2].startswith('<span class="k">def</span> <span class="nf">a</span>')
    assert lines[4] == '<span class="sd">  <mark>lines</mark> &amp;amp; more.&quot;&quot;&quot;</span>'


def test_tokens_of_many_lines_are_closed_on_each() -> None:
    for line in highlighted('"""a\nb\nc"""', "python", "a"):
        assert line.count("<span") == line.count("</span>") == 1


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("getUserName = user_names[0]", "the name of a user", ["User", "Name", "user", "names"]),
        ("parseHTTPDate(dates)", "parsing http dates", ["parse", "HTTP", "Date", "dates"]),
        ("retries = retry(x)", "retry", ["retries", "retry"]),
        ("category = cat", "cat", ["cat"]),
        ("a = the(of)", "sort of the", []),
        ("aabb = abAb", "ab", ["ab", "Ab"]),
    ],
)
def test_words_of_the_query_are_marked_in_identifiers(text: str, query: str, expected: list[str]) -> None:
    assert marked(text, query) == expected


def test_code_can_not_leave_its_line() -> None:
    [line] = highlighted("</code><script>alert(script)</script>", "no such language", "script")
    assert "<script" not in line
    assert line.count("<mark>script</mark>") == 3


def test_a_very_long_line_is_cut() -> None:
    [line] = highlighted("x" * 100_000, "text", "y")
    assert line == "x" * 400 + " …"


def test_a_php_function_without_its_opening_tag_is_php() -> None:
    assert '<span class="k">function</span>' in highlighted("function total($cart) {}", "php", "x")[0]


def test_pygments_reads_every_language() -> None:
    from pygments.lexers import get_lexer_by_name

    from codequest.code.languages import LANGUAGES

    for name in {*languages._BY_SUFFIX.values(), *languages._BY_NAME.values(), *(one.name for one in LANGUAGES)}:
        assert get_lexer_by_name(lexers.lexer_name(name)).name

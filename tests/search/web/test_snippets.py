"""Code as HTML."""

from __future__ import annotations

import logging
import re
import sys
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def seen(line: str) -> str:
    """The text of a line, with what was written out as it was."""
    plain = re.sub(r'<span class="unseen">U\+([0-9A-F]+)</span>', lambda found: chr(int(found[1], 16)), line)
    return unescape(re.sub("<[^>]*>", "", plain))


def test_every_letter_of_unicode_keeps_its_place() -> None:
    """Lower case may be longer, and that of Σ depends on its neighbors."""
    for start in range(0, sys.maxunicode + 1, 100):
        letters = "".join(map(chr, range(start, min(start + 100, sys.maxunicode + 1))))
        text = " ".join((letters, f"Wort{letters[:50]}wort", letters[50:], "Ο.Σ.")).replace("\n", " ")
        [line] = highlighted(text, "text", f"wort {letters[:20]}")
        assert seen(line) == text
    assert marked("# Ο.Σ. İΣ_ΟΔΟΣ STRASSE", "οδος Σ") == ["Σ", "ΟΔΟΣ"]


@given(
    st.text(max_size=60),
    st.text(st.sampled_from("ΟΣσς.İıſßẞŉǰΐ_aA1 "), max_size=30),
    st.sampled_from(["python", "markdown", "c", "html", "php", "yaml", "no such language"]),
)
@settings(max_examples=150, derandomize=True, deadline=None)
def test_every_text_keeps_its_characters_and_lines(text: str, query: str, language: str) -> None:
    lines = highlighted(f"{text}{query}", language, query)
    assert "\n".join(map(seen, lines)) == f"{text}{query}"


def test_what_cannot_be_seen_is_written_out_and_marked() -> None:
    [line] = highlighted("a = '\u202e\x1b'  # 👩\u200d💻\u200b", "python", "x")
    assert re.findall('<span class="unseen">(.*?)</span>', line) == ["U+202E", "U+001B", "U+200B"]
    assert "👩\u200d💻" in line


def test_a_text_that_its_lexer_fails_on_is_shown_plain(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("pygments.lexer.RegexLexer.get_tokens_unprocessed", broken)
    with caplog.at_level(logging.ERROR):
        assert highlighted("if a < b:\n    \x1b" + "x" * 500, "python", "a") == [
            "if a &lt; b:",
            f'    <span class="unseen">U+001B</span>{"x" * 395} …',
        ]
    assert "cannot be highlighted; it is shown plain" in caplog.text


def test_a_very_long_line_is_cut() -> None:
    [line] = highlighted("x" * 100_000, "text", "y")
    assert line == "x" * 400 + " …"


def test_a_php_function_without_its_opening_tag_is_php() -> None:
    assert '<span class="k">function</span>' in highlighted("function total($cart) {}", "php", "x")[0]


def test_pygments_reads_every_language() -> None:
    from pygments.lexers import get_lexer_by_name

    from codequest.code.languages import LANGUAGES

    for name in {*languages.BY_SUFFIX.values(), *languages.BY_NAME.values(), *(one.name for one in LANGUAGES)}:
        assert get_lexer_by_name(lexers.lexer_name(name)).name

"""Regular expressions, and their bounds."""

from __future__ import annotations

import pytest

from codequest.errors import InvalidInputError
from codequest.search.query import text_pattern
from codequest.search.query.text_pattern import TextPattern


@pytest.mark.parametrize(
    ("expression", "text", "lines"),
    [
        (r"^b$", "a\nb\nab\nb", [1, 3]),
        (r"a|b", "a b\nc\nba\n\nab", [0, 2, 4]),
        (r"b\n.*c", "a\nb\nxc\nd", [1, 2]),
        (r"a\n", "a\nb", [0]),
        (r"(?i)RETRY", "retry\nReTry\nr", [0, 1]),
        (r"^$", "a\n\nb", [1]),
        (r"x(?=y)", "xz\nxy", [1]),
        (r"none", "a\nb", []),
    ],
)
def test_the_lines_of_matches(expression: str, text: str, lines: list[int]) -> None:
    assert TextPattern(expression).clock().lines(text) == lines


def test_matches_are_counted_up_to_some() -> None:
    clock = TextPattern("a").clock()
    assert (clock.count("abab", most=9), clock.count("b", most=9), clock.count("a" * 50, most=9)) == (2, 0, 9)


@pytest.mark.parametrize(
    ("expression", "reason", "before"),
    [
        ("foo(bar", "missing ), unterminated subpattern, at character 4", "foo"),
        ("a**", "multiple repeat, at character 3", "a*"),
        ("[z-a]", "bad character range z-a, at character 2", "["),
        (r"\p{L}", r"bad escape \p, at character 1", ""),
        ("(?R)", "unknown extension ?R, at character 2", "("),
        ("\x1b[(", "unterminated character set, at character 2", "<U+001B>"),
        ("x" * 500 + ")", "unbalanced parenthesis, at character 501", "x" * 40),
    ],
)
def test_a_broken_expression_is_shown_where_it_breaks(expression: str, reason: str, before: str) -> None:
    with pytest.raises(InvalidInputError, match="Cannot read the regular expression") as caught:
        TextPattern(expression)
    message, shown, mark = str(caught.value).split("\n")
    assert message == f"Cannot read the regular expression: {reason}."
    assert shown.startswith(f"    {before}")
    assert mark == " " * (4 + len(before)) + "^"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "must have 1 to 1,000 characters, got 0"),
        ("x" * 1_000_000, "must have 1 to 1,000 characters, got 1,000,000"),
        ("(" * 490 + ")" * 490, "is nested too deeply"),
        ("a{1,99999999999999999999}", "it repeats too often"),
        ("a{1000000000}", "has more than 4,000 parts once its repetitions are written out"),
        ("(?:" * 100 + "a" + "){2}" * 100, "has more than 4,000 parts"),
        ("(?:" * 6 + "[ab]{9}" + "){9,}" * 6, "has more than 4,000 parts"),
    ],
)
def test_an_expression_that_takes_long_to_read_is_refused(expression: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match=reason):
        TextPattern(expression)


def test_what_is_large_and_legal_is_read() -> None:
    for expression in (
        r"[0-9a-f]{64}",
        r"(?:\d{1,3}\.){3}\d{1,3}",
        r"a\{9999}",
        "[{9999}]",
        "x{,9999}",
        "(?:ab){999}",
    ):
        assert TextPattern(expression).expression == expression


def test_what_would_run_for_ever_is_stopped_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_pattern, "SECONDS", 0.05)
    clock = TextPattern("(a+)+$").clock()
    assert clock.count("aaa", most=5) == 1
    with pytest.raises(InvalidInputError, match=r"'\(a\+\)\+\$' was stopped: it had run for 0.05 s, over 2 texts"):
        clock.count("a" * 5000 + "!", most=5)
    with pytest.raises(InvalidInputError, match="over 3 texts"):  # the time is of all matches together
        clock.count("aaa", most=5)
    with pytest.raises(InvalidInputError, match="was stopped"):
        TextPattern("a").clock().lines("a\n" * 1_000_000)

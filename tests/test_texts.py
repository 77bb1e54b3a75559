import itertools
import random
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any
from unicodedata import category

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from codequest.errors import InvalidInputError
from codequest.texts import (
    batches_by_length,
    batches_by_size,
    checked_texts,
    counted,
    estimated_tokens,
    markdown_text,
    readable,
    shell_word,
    shown,
    visible,
    visible_line,
    visible_pieces,
)

TABLE = pd.DataFrame({"text": ["b", " a ", "ü"]}, index=[7, 5, 6])


@pytest.mark.parametrize(
    "given",
    [
        ["b", " a ", "ü"],
        ("b", " a ", "ü"),
        deque(["b", " a ", "ü"]),
        {1: "b", 2: " a ", 3: "ü"}.values(),
        np.array(["b", " a ", "ü"]),
        np.array(["b", " a ", "ü"], dtype=object),
        TABLE["text"],
        TABLE["text"].astype("string"),
    ],
)
def test_texts_are_returned_in_order_from_whatever_has_a_length_and_an_order(given: Any) -> None:
    checked = checked_texts(given, name="queries")
    assert checked == ["b", " a ", "ü"]
    assert {type(text) for text in checked} == {str}


COUNTED = {
    "1 text": (1, "text"),
    "0 texts": (0, "text"),
    "1,000 labelled queries": (1000, "labelled query"),
    "1 chunk has": (1, "chunk has", "chunks have"),
    "2 chunks have": (2, "chunk has", "chunks have"),
}


@pytest.mark.parametrize("said", COUNTED)
def test_a_noun_goes_with_its_number(said: str) -> None:
    assert counted(*COUNTED[said]) == said


def test_no_texts_are_an_empty_list() -> None:
    assert checked_texts([], name="queries") == []
    assert checked_texts(np.array([], dtype=str), name="queries") == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.array("a"), "got ndarray of 0 dimensions, not 1"),
        (np.array([["a"], ["b"]]), "got ndarray of 2 dimensions, not 1"),
        (TABLE, "got DataFrame of 2 dimensions, not 1"),
        ({"a": "b"}, r"got dict\."),
        ({"a", "b"}, r"got set\."),
        (frozenset("a"), r"got frozenset\."),
        (bytearray(b"a"), r"got bytearray\."),
        (memoryview(b"a"), r"got memoryview\."),
        (itertools.repeat("a"), "got repeat, whose end nobody knows. Make it a list first"),
        ((text for text in "xy"), "got generator, whose end nobody knows"),
        (map(str, "xy"), "got map, whose end nobody knows"),
    ],
)
def test_what_has_no_end_or_no_order_is_refused(given: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=f"queries must be a list of strings, {message}"):
        checked_texts(given, name="queries")


def test_no_more_is_read_than_the_length_says() -> None:
    class Endless(list[str]):
        def __iter__(self) -> Any:
            return itertools.repeat("a")

    assert checked_texts(Endless(["a", "b"]), name="queries") == ["a", "a"]


class _Unspeakable:
    def __repr__(self) -> str:
        raise RecursionError("never ends")


@pytest.mark.parametrize(
    "given", [10**5000, _Unspeakable(), [[[[["deep"] * 9] * 9] * 9] * 9], np.zeros((99, 99))], ids=type
)
def test_a_message_about_any_element_is_short_and_has_no_error_of_its_own(given: Any) -> None:
    with pytest.raises(
        InvalidInputError, match=rf"queries\[0\] must be a string, got {type(given).__name__}"
    ) as caught:
        checked_texts([given], name="queries")
    assert len(str(caught.value)) < 150


def test_small_values_are_shown_as_they_are() -> None:
    assert [shown(value) for value in (1, None, "a", [1, 2], {"a": 1})] == ["1", "None", "'a'", "[1, 2]", "{'a': 1}"]


def test_what_no_tokenizer_can_represent_becomes_the_replacement_character() -> None:
    texts = ["a\x00b", "\ud800c", "d\udfff", "\U0001f600", "\x00"]
    assert checked_texts(texts, name="queries") == ["a�b", "�c", "d�", "\U0001f600", "�"]
    assert texts[0] == "a\x00b"


@pytest.mark.parametrize("given", ["one string", b"bytes", 3, None])
def test_anything_but_a_list_is_refused(given: Any) -> None:
    with pytest.raises(InvalidInputError, match=f"queries must be a list of strings, got {type(given).__name__}"):
        checked_texts(given, name="queries")


@pytest.mark.parametrize("given", [b"bytes", 3, None, ["nested"]])
def test_a_wrong_element_is_named_by_position_and_type(given: Any) -> None:
    with pytest.raises(InvalidInputError, match=rf"documents\[1\] must be a string, got {type(given).__name__}"):
        checked_texts(["fine", given], name="documents", allow_empty=True)


@pytest.mark.parametrize("given", ["", " ", "\n\t", "\u2003"])
def test_empty_texts_are_refused_unless_allowed(given: str) -> None:
    with pytest.raises(InvalidInputError, match=r"queries\[2\] is empty or only whitespace"):
        checked_texts(["a", "b", given], name="queries")
    assert checked_texts([given], name="documents", allow_empty=True) == [given]


def test_a_message_quotes_no_more_than_a_line_of_a_huge_text() -> None:
    with pytest.raises(InvalidInputError, match="only whitespace") as caught:
        checked_texts([" " * 1_000_000], name="queries")
    assert len(str(caught.value)) < 300


class Words:
    """Counts words, and keeps how much was counted."""

    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, text: str) -> int:
        self.seen += len(text)
        return len(text.split())


def test_a_text_is_cut_where_it_has_more_tokens_than_are_read() -> None:
    text, count = "abcd " * 1_000_000, Words()
    assert readable(text, most_tokens=100, count=count) == text[:4096]
    assert readable(text, most_tokens=1000, count=count) == text[:8000]
    assert readable("end " + text, most_tokens=100, count=count, from_end=True) == text[-4096:]
    assert readable(text, most_tokens=1700, count=count) == text[:13600]
    assert count.seen == 4096 + 8000 + 4096 + 13600


def test_a_text_with_few_tokens_is_read_further_but_not_for_ever() -> None:
    count = Words()
    sparse = ("x" * 1000 + " ") * 5_000
    assert readable(sparse, most_tokens=100, count=count) == sparse[:65536]
    assert readable(sparse, most_tokens=100, count=count, from_end=True) == sparse[-65536:]
    assert count.seen == 2 * (4096 + 16384 + 65536)
    assert readable(sparse, most_tokens=4000, count=Words()) == sparse[: 64 * 4000]
    assert readable(sparse[:65000], most_tokens=100, count=Words()) == sparse[:65000]


@pytest.mark.parametrize("letter", [" ", "\n", "\u200b", "\u0301", "a"])
def test_a_megabyte_of_one_character_hides_nothing(letter: str) -> None:
    text = letter * 1_000_000 + "; sort a list"
    assert readable(text, most_tokens=100, count=Words()) == letter * 1024 + "; sort a list"
    assert readable(text[::-1], most_tokens=100, count=Words(), from_end=True) == text[:-14:-1] + letter * 1024


def test_short_texts_are_not_even_counted() -> None:
    count = Words()
    assert readable("a " * 2048, most_tokens=8, count=count) == "a " * 2048
    assert count.seen == 0


def test_batches_hold_each_position_once_longest_first_within_both_limits() -> None:
    chance = random.Random(0)
    texts = ["x" * chance.randint(1, 300) for _ in range(200)]
    batches = list(batches_by_length(texts, max_texts=16, max_characters=1000))
    assert sorted(position for batch in batches for position in batch) == list(range(200))
    lengths = [len(texts[position]) for batch in batches for position in batch]
    assert lengths == sorted(lengths, reverse=True)
    for batch in batches:
        assert len(batch) <= 16
        assert len(batch) == 1 or len(batch) * max(len(texts[position]) for position in batch) <= 1000


def test_batches_by_hand() -> None:
    texts = ["aa", "dddd", "b", "cccc", ""]
    assert list(batches_by_length(texts, max_texts=2, max_characters=100)) == [[1, 3], [0, 2], [4]]
    assert list(batches_by_length(texts, max_texts=9, max_characters=6)) == [[1], [3], [0, 2, 4]]
    assert list(batches_by_length([], max_texts=2, max_characters=100)) == []


def test_batches_by_size_by_hand() -> None:
    assert list(batches_by_size([2, 4, 1, 4, 1], max_texts=9, max_size=6)) == [[1], [3], [0, 2, 4]]
    assert list(batches_by_size([7, 9, 8], max_texts=9, max_size=6)) == [[1], [2], [0]]


IGNORABLE = [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2065, 0x3164, *range(0xFE00, 0xFE10),
             0xFFA0, *range(0xFFF0, 0xFFF9), *range(0x13430, 0x13440), *range(0xE0000, 0xE1000)]  # fmt: skip
"""Default_Ignorable_Code_Point and format controls of Unicode 16 that not every Python's `category` knows."""

BLANK = {0x2800, 0x13441, 0x13442, 0x16FE4, 0x1D159}
"""Letters, a note and a pattern of dots that are drawn as nothing; only their names say so."""

NUMBER_SIGNS = [*range(0x0600, 0x0606), 0x06DD, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD]
"""Of category Cf, and drawn all the same."""


def test_what_nobody_sees_is_written_out_wherever_it_is_in_unicode() -> None:
    hidden = {number for number in range(sys.maxunicode + 1) if category(chr(number)) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    hidden = (
        (hidden | set(IGNORABLE) | BLANK | {0xFFFE, 0xFFFF, *range(0xFDD0, 0xFDF0)})
        - set(NUMBER_SIGNS)
        - {ord("\t"), ord("\n")}
    )
    for number in range(sys.maxunicode + 1):
        letter = chr(number)
        assert visible(letter) == (f"<U+{number:04X}>" if number in hidden else letter)
    assert visible_line("a\tb\nc\u202e") == "a<U+0009>b<U+000A>c<U+202E>"
    assert visible("a\x1bb", write=lambda letter: f"[{letter!r}]") == "a['\\x1b']b"


@pytest.mark.parametrize(
    "seen",
    [
        "def f():\n\treturn 'ü 日本語 ‘’ \u00a0'",
        "👩\u200d💻 👩🏽\u200d🚀 👁\ufe0f\u200d🗨\ufe0f 🏳\ufe0f\u200d🌈 ❤\ufe0f ♂\ufe0e 1\ufe0f\u20e3 🇩🇪",
        "می\u200cخواهم क्\u200dष e\u0301 한국어 สวัสดี עברית",
    ],
)
def test_ordinary_text_of_any_script_stays(seen: str) -> None:
    assert visible(seen) == seen
    assert "".join(visible_pieces(seen)) == seen


@pytest.mark.parametrize(
    ("hiding", "shown"),
    [
        ("😊\ufe0f\ufe01\U000e0101", "😊\ufe0f<U+FE01><U+E0101>"),
        ("a\u200db\u200c\ufe0f", "a<U+200D>b<U+200C><U+FE0F>"),
        ("👩\u200d\u200d👩\u200d", "👩<U+200D><U+200D>👩<U+200D>"),
        ("🏴\U000e0067\U000e007f", "🏴<U+E0067><U+E007F>"),
        ("م\u200c\u200cم", "م<U+200C><U+200C>م"),
    ],
)
def test_joiners_and_selectors_that_hide_something_are_written_out(hiding: str, shown: str) -> None:
    assert visible(hiding) == shown
    assert "".join(visible_pieces(hiding)) == shown


@given(st.text(st.sampled_from("a1\x1b\u202e👩💻🏽❤\u200d\u200c\ufe0fم日\n"), max_size=30), st.data())
@settings(max_examples=200, derandomize=True, deadline=None)
def test_pieces_are_shown_as_the_whole_however_it_is_cut(text: str, data: DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert "".join(visible_pieces(pieces)) == visible(text)


def test_tokens_are_estimated_by_bytes() -> None:
    assert [estimated_tokens(text) for text in ("", "ab", "abc", "ßß", "日本")] == [1, 1, 2, 2, 3]


@pytest.mark.parametrize(
    "text", ["a b", "'; touch x; '", "$(touch x)", "`touch x`", '"', "\\", "{a,b}", "~", "", "größe"]
)
def test_a_word_of_a_command_is_one_word_and_runs_nothing(text: str, tmp_path: Path) -> None:
    command = f"printf %s {shell_word(text)}"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, timeout=60)
    assert (done.stdout.decode(), list(tmp_path.iterdir())) == (text, [])


@pytest.mark.parametrize("text", ["a\nb", "\x1b[2J", "a\u202eb", "\u200b", "\ud800"])
def test_a_word_of_a_command_is_visible(text: str) -> None:
    assert shell_word(text).isprintable()
    assert shell_word(text).isascii()


def test_markdown_text_begins_and_ends_no_markup() -> None:
    given = "a_b | c\n# <b>[d](e)`f` ![g](h) \u202e"
    shown = "a_b | c&lt;U+000A># &lt;b>[d]\\(e)'f' ![g]\\(h) &lt;U+202E>"
    assert markdown_text(given) == shown

import random
from typing import Any

import pytest

from codequest.errors import InvalidInputError
from codequest.texts import batches_by_length, batches_by_size, checked_texts, estimated_tokens, visible


def test_texts_are_returned_in_order_from_any_iterable() -> None:
    assert checked_texts(["b", " a ", "ü"], name="queries") == ["b", " a ", "ü"]
    assert checked_texts((text for text in "xy"), name="queries") == ["x", "y"]
    assert checked_texts([], name="queries") == []


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


def test_what_nobody_sees_is_written_out_and_everything_else_stays() -> None:
    unseen = "\x00\x0b\x1b\r\x7f\x85\xad\u200b\u200e\u2028\u202e\u2066\ufeff\U000e0041"
    assert visible(unseen) == "".join(f"<U+{ord(letter):04X}>" for letter in unseen)
    seen = "def f():\n\treturn 'ü 日本語 👩\u200d💻 ‘’ \u00a0'"
    assert visible(seen) == seen


def test_tokens_are_estimated_by_bytes() -> None:
    assert [estimated_tokens(text) for text in ("", "ab", "abc", "ßß", "日本")] == [1, 1, 2, 2, 3]

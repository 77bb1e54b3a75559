"""From a text to its rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.encoders.static.lookup import damped
from tests.encoders.static.vocabularies import _row_texts, _tokens, _vocabulary
from tests.runtimes.long_texts import long_texts


def test_special_tokens_in_a_text_are_plain_text(tiny_base: Path) -> None:
    assert _tokens(_vocabulary(tiny_base), "[SEP]") == ["[", "s", "##e", "##p", "]"]


def test_long_texts_are_truncated_before_pairs_are_looked_up(tiny_base: Path) -> None:
    vocabulary = _vocabulary(tiny_base, max_tokens=2)
    assert _row_texts(vocabulary, "parse json file") == ["parse", "json", "parse json"]


def test_a_long_text_is_cut_without_a_difference(tiny_base: Path) -> None:
    lookup = _vocabulary(tiny_base).lookup
    for text in long_texts(count=4):
        whole = lookup.tokenizer.encode(text, add_special_tokens=False).ids
        [found] = lookup.token_ids([text])
        assert found[: lookup.max_tokens] == whole[: lookup.max_tokens]
        assert (len(found) > lookup.max_tokens) == (len(whole) > lookup.max_tokens)


CODE = ["def parseJsonFile(path): return json.load(open(path))"] * 6 + ["class XMLReader: HTTP2Stream = a2B"] * 4


def test_identifiers_are_split_where_their_words_meet(tiny_base: Path) -> None:
    vocabulary = _vocabulary(tiny_base, CODE, rows=400, code=True)
    assert _tokens(vocabulary, "parseJsonFile") == ["parse", "json", "file"]
    assert _tokens(vocabulary, "XMLReader a2B") == ["xml", "reader", "a2", "b"]


@pytest.mark.parametrize(
    "text",
    [
        *dict.fromkeys(CODE),
        "snake_case CamelCase SHOUT_CASE x1Y2 HTTPServer ABCd",
        "a\tb\r\nc  -> => != <= ::",
        f"{'long' * 40} {'Q' * 120}",
        "naïve caféName",
        "bell\x07rings",
        "",
    ],
)
def test_ids_are_those_of_the_tokenizer(tiny_base: Path, text: str) -> None:
    lookup = _vocabulary(tiny_base, CODE, rows=400, code=True).lookup
    whole = lookup.tokenizer.encode(text, add_special_tokens=False).ids
    assert lookup.token_ids([text]) == [whole]
    assert lookup.token_ids([text, text]) == [whole, whole]  # remembered


def test_repeated_rows_count_by_the_square_root(tiny_base: Path) -> None:
    rows = damped(np.array([7] * 9 + [3] * 4 + [5] * 2 + [1]))
    assert rows.tolist() == [1, 3, 3, 5, 7, 7, 7]
    vocabulary = _vocabulary(tiny_base, CODE, rows=400, code=True)
    assert _row_texts(vocabulary, "json " * 9).count("json") == 3


def test_the_name_that_is_defined_counts_twice_more(tiny_base: Path) -> None:
    vocabulary = _vocabulary(tiny_base, CODE, rows=400, code=True)
    used, defined = "parseJsonFile(path)", "def parseJsonFile(path)"
    for word in ("parse", "json", "file"):
        assert _row_texts(vocabulary, used).count(word) == 1
        assert _row_texts(vocabulary, defined).count(word) == 3
    assert _row_texts(vocabulary, defined).count("path") == 1

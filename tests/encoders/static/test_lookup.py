"""From a text to its rows."""

from __future__ import annotations

from pathlib import Path

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

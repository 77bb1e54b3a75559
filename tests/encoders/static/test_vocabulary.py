"""What has a row."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from codequest.encoders.static.vocabulary import smooth_inverse_frequency
from codequest.errors import InvalidInputError, ModelFormatError
from tests.encoders.static.vocabularies import _row_texts, _tokens, _vocabulary
from tests.tiny import build_model


def test_a_frequent_word_that_was_split_is_one_row(tiny_base: Path) -> None:
    vocabulary = _vocabulary(tiny_base)
    assert _tokens(vocabulary, "JSON xml") == ["json", "x", "##m", "##l"]  # 9 times, and 2 times
    assert vocabulary.counts[vocabulary.lookup.tokenizer.token_to_id("json")] == 9


def test_frequent_pairs_have_rows_next_to_their_tokens(tiny_base: Path) -> None:
    vocabulary = _vocabulary(tiny_base)
    assert _row_texts(vocabulary, "parse json file")[:3] == ["parse", "json", "file"]
    assert set(_row_texts(vocabulary, "parse json file")[3:]) == {"parse json", "json file"}
    assert _row_texts(vocabulary, "file json") == ["file", "json"]  # the other order is another pair
    position = vocabulary.texts.index("json file")
    assert vocabulary.counts[position] == 9


def test_a_pair_that_starts_inside_a_word_reads_as_text(tiny_base: Path) -> None:
    long = "a" * 41  # no word for a row of its own
    vocabulary = _vocabulary(tiny_base, [f"{long} file"] * 3)
    assert _row_texts(vocabulary, f"{long} file")[-1] == "a file"
    assert "aa" in vocabulary.texts


def test_rows_are_never_more_than_asked_for(tiny_base: Path) -> None:
    for rows in (130, 133, 140, 150):
        vocabulary = _vocabulary(tiny_base, rows=rows)
        assert len(vocabulary.lookup) == len(vocabulary.texts) == len(vocabulary.counts) <= rows


def test_what_no_word_or_pair_wants_goes_to_the_tokenizer(tiny_base: Path) -> None:
    tokens = set(_vocabulary(tiny_base, ["zebra"] * 2).lookup.tokenizer.get_vocab())
    assert {"sort", "query", "##z", "[UNK]", "("} <= tokens
    assert not {"[CLS]", "[SEP]", "[MASK]", "[PAD]"} & tokens


def test_other_scripts_have_rows_only_when_the_queries_have_them(tiny_base: Path, tmp_path: Path) -> None:
    definition = json.loads((tiny_base / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = definition["model"]["vocab"]
    vocabulary |= {token: len(vocabulary) + number for number, token in enumerate(["数", "λ", "[unused1]"])}
    (tmp_path / "tokenizer.json").write_text(json.dumps(definition), encoding="utf-8")
    tokens = _vocabulary(tmp_path, ["sort 数"]).lookup.tokenizer.get_vocab()
    assert {"数", "λ", "[unused1]"} & set(tokens) == {"数"}


def test_too_few_rows_are_refused(tiny_base: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"rows must be at least \d+, the single characters.*, got 50"):
        _vocabulary(tiny_base, rows=50)


def test_a_tokenizer_of_another_kind_is_refused(tmp_path: Path) -> None:
    folder = build_model(tmp_path / "qwen", architecture="qwen3")
    with pytest.raises(ModelFormatError, match="is BPE; a static encoder needs WordPiece"):
        _vocabulary(folder)
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelFormatError, match="is no tokenizer definition"):
        _vocabulary(folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelFormatError, match=r"has no tokenizer\.json"):
        _vocabulary(folder)


def test_weights_are_the_smooth_inverse_frequency() -> None:
    weights = smooth_inverse_frequency(np.array([9990, 10, 0, 5]), 3)
    np.testing.assert_allclose(weights, [0.001 / (0.001 + 0.999), 0.5, 1, 0.001 / (0.001 + 0.0005)], rtol=1e-6)

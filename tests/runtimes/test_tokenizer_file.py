from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

from codequest.encoders.static.lookup import read_tokenizer
from codequest.errors import AdapterFormatError, ModelFormatError
from codequest.runtimes.tokenizer_file import read_tokenizer_file, refuse_unbounded, refuse_unbounded_files
from codequest.teachers import LocalTeacher
from codequest.weights import locate
from tests.tiny import build_model

WORDS: dict[str, Any] = {"type": "WordLevel", "vocab": {"[UNK]": 0, "a": 1}, "unk_token": "[UNK]"}


def replaced(text: str, content: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"String": text}, "content": content}


def sequence(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "normalizers": list(steps)}


def charsmap(texts: bytes, trie: bytes = b"\0" * 1024) -> dict[str, Any]:
    table = len(trie).to_bytes(4, "little") + trie + texts
    return {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(table).decode()}


def written(folder: Path, **changes: Any) -> Path:
    empty = dict.fromkeys(("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"))
    definition = {"version": "1.0", "added_tokens": [], "model": WORDS, **empty, **changes}
    (folder / "tokenizer.json").write_text(json.dumps(definition), encoding="utf-8")
    return folder / "tokenizer.json"


def read(path: Path) -> Tokenizer:
    return read_tokenizer_file(path, error=AdapterFormatError, remedy="Make it again.")


METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"normalizer": sequence(*[replaced("a", "a" * 400)] * 3)}, "makes of one is 64000000, expected at most 1,024"),
        ({"normalizer": {"pattern": {"String": "a"}, "content": "a" * 2000}}, "makes of one is 2000"),
        ({"normalizer": {"type": "Prepend", "prepend": "a" * 1024}}, "makes of one is 1025"),
        ({"normalizer": sequence(*[{"type": "ByteLevel"}] * 6)}, "makes of one is 4096"),
        ({"normalizer": sequence(*[{"type": "Lowercase"}] * 64)}, "number of its steps is 65"),
        ({"normalizer": charsmap(b"a\0" + b"b" * 5000 + b"\0")}, "makes of one is 5000"),
        ({"normalizer": {"type": "Precompiled", "precompiled_charsmap": "é"}}, "no base64"),
        (
            {"normalizer": {"type": "Replace", "pattern": {"Regex": "x*"}, "content": "a" * 1024}},
            "makes of one is 1025",
        ),
        ({"normalizer": {"type": "Replace", "pattern": {"Regex": "(a+)+$"}, "content": ""}}, "repetition of repetit"),
        (
            {"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "a+b"}, "behavior": "Isolated", "invert": False}},
            "",
        ),
        ({"decoder": {"type": "Replace", "pattern": {"Regex": "(a|a)*b"}, "content": ""}}, "repetition of repetitions"),
        ({"post_processor": {"single": [{"Sequence": {"id": "A", "type_id": 0}}] * 9}}, "repeat a text is 9"),
        ({"post_processor": {"special_tokens": {"x": {"id": "x", "ids": [1] * 65, "tokens": []}}}}, "templates is 65"),
        ({"model": {**WORDS, "type": "WordPiece", "max_input_chars_per_word": 10**9}}, "max_input_chars_per_word is"),
        ({"model": {**WORDS, "type": "BPE", "end_of_word_suffix": "x" * 10**6}}, "end_of_word_suffix is 1000000"),
        ({"model": {"type": "Unigram", "vocab": [["a" * 300, 0.0]]}}, "the length of a token is 300"),
        ({"added_tokens": [{"content": "x" * (2**26 + 1)}]}, "added tokens is 67108865"),
    ],
)
def test_what_a_tokenizer_makes_of_a_text_is_bounded(changes: dict[str, Any], reason: str, tmp_path: Path) -> None:
    path = written(tmp_path, **changes)
    with pytest.raises(AdapterFormatError, match=f"more time or memory than any text is worth: .*{reason}"):
        read(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "truncated or damaged"),
        (b"\xff", "truncated or damaged"),
        (b'{"normalizer": ' + b"[" * 100_000, "truncated or damaged"),
        (b'{"version": "1.0"}', "truncated or damaged"),
        (None, "cannot be read"),
    ],
)
def test_a_damaged_file_is_an_error_of_ours(content: bytes | None, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AdapterFormatError, match=f"{reason}.*Make it again"):
        read(path)


def test_a_library_that_gives_up_while_it_loads_is_an_error_of_ours(tmp_path: Path) -> None:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "special"), False)
    added = {"id": 2, "content": "hello", "normalized": True, **flags}
    path = written(tmp_path, normalizer=charsmap(b"x\0", trie=b"\xff" * 8), added_tokens=[added])
    with pytest.raises(AdapterFormatError, match="index out of bounds"):
        read(path)


def test_ordinary_tokenizers_are_read(tmp_path: Path) -> None:
    albert = sequence(
        *(replaced("``", '"'), replaced("''", '"'), {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}),
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    )
    tokenizer = read(written(tmp_path, normalizer=albert, pre_tokenizer=METASPACE, added_tokens=[]))
    assert tokenizer.normalizer.normalize_str("Á  ``b") == 'a "b'


def test_a_text_is_not_padded_or_cut_by_the_file_of_a_static_encoder(tmp_path: Path) -> None:
    padding = {"strategy": {"Fixed": 10**9}, "direction": "Right", "pad_id": 0, "pad_type_id": 0, "pad_token": "[UNK]"}
    truncation = {"direction": "Right", "max_length": 1, "strategy": "LongestFirst", "stride": 0}
    written(tmp_path, padding={**padding, "pad_to_multiple_of": None}, truncation=truncation)
    assert read_tokenizer(tmp_path).encode("a").ids == [1]


def test_a_model_is_asked_as_well(tmp_path: Path) -> None:
    folder = build_model(tmp_path / "model")
    definition = json.loads((folder / "tokenizer.json").read_bytes())
    definition["normalizer"] = sequence(*[replaced("a", "a" * 400)] * 3)
    (folder / "tokenizer.json").write_text(json.dumps(definition), encoding="utf-8")
    with pytest.raises(ModelFormatError, match=r"64000000.* If you trust whoever made this model"):
        LocalTeacher(str(folder), device="cpu").encode_queries(["a"])
    tokenizer = Tokenizer.from_str(json.dumps(definition))
    with pytest.raises(ModelFormatError, match="64000000, expected at most 1,024"):
        refuse_unbounded(tokenizer, folder, error=ModelFormatError, remedy="")


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "all-mpnet-base-v2"])
def test_real_models_are_read(name: str) -> None:
    folder = locate(f"sentence-transformers/{name}").folder
    refuse_unbounded_files(folder, error=ModelFormatError, remedy="")
    assert read_tokenizer_file(folder / "tokenizer.json", error=ModelFormatError, remedy="").get_vocab_size() > 30_000

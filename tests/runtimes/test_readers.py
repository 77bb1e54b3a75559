import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import FixedLength

from codequest.backbone import Backbone
from codequest.encoders.graph_source import token_reader
from codequest.errors import AdapterFormatError, ModelFormatError
from codequest.runtimes import TokenReader
from codequest.weights import locate
from tests.runtimes.long_texts import long_texts
from tests.tiny import QUERIES, build_model

MODELS: list[dict[str, Any]] = [
    {"architecture": "bert"},
    {"architecture": "bert", "lower_case": True, "max_tokens": 9},
    {"architecture": "mpnet"},
    {"architecture": "qwen3", "padding_side": "left"},
]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("prompt", ["", "query: "])
def test_ids_and_mask_are_the_backbones(model: dict[str, Any], prompt: str, tmp_path: Path) -> None:
    backbone = Backbone.load(locate(str(build_model(tmp_path / "model", **model))), device=torch.device("cpu"))
    written = token_reader(backbone, prompt=prompt)
    for name, content in written.files().items():
        (tmp_path / name).write_bytes(content)
    reader = TokenReader.load(tmp_path, written.describe())
    for texts in (QUERIES, [QUERIES[4]], ["SORT A List", "read"]):
        ids, mask, truncated = reader.read(texts)
        expected = backbone.tokenize(texts, prompt=prompt)
        np.testing.assert_array_equal(mask, expected["attention_mask"].numpy())
        np.testing.assert_array_equal(ids * mask, (expected["input_ids"] * expected["attention_mask"]).numpy())
        lengths = backbone.tokenizer([prompt + text for text in texts], verbose=False)["input_ids"]
        assert truncated == sum(len(row) > backbone.max_tokens for row in lengths)


def assert_nothing_is_lost(backbone: Backbone, texts: list[str]) -> None:
    """Compare with the tokenizer alone, which reads every text to its end."""
    reader = token_reader(backbone)
    alone = Tokenizer.from_str(reader.tokenizer.to_str())
    for text in texts:
        whole = alone.encode(text.lower() if backbone.lower_case else text)
        assert reader.read([text])[0][0].tolist() == whole.ids
        assert backbone.tokenize([text])["input_ids"][0].tolist() == whole.ids
        assert (reader.token_counts([text])[0] > backbone.max_tokens) == bool(whole.overflowing)


@pytest.mark.parametrize("model", MODELS)
def test_a_long_text_is_cut_without_a_difference(model: dict[str, Any], tmp_path: Path) -> None:
    folder = build_model(tmp_path / "model", **model)
    assert_nothing_is_lost(Backbone.load(locate(str(folder)), device=torch.device("cpu")), long_texts(count=4))


def test_where_the_end_of_a_text_is_read_its_beginning_is_cut(tmp_path: Path) -> None:
    backbone = Backbone.load(locate(str(build_model(tmp_path / "model"))), device=torch.device("cpu"))
    backbone.tokenizer.truncation_side = "left"
    assert_nothing_is_lost(backbone, long_texts(count=4))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "all-mpnet-base-v2"])
def test_a_long_text_is_cut_without_a_difference_for_real_models(name: str) -> None:
    source = locate(f"sentence-transformers/{name}")
    assert_nothing_is_lost(Backbone.load(source, device=torch.device("cpu")), long_texts(count=60))


def test_a_tokenizer_that_does_not_truncate_is_refused(tmp_path: Path, tiny_base: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes((tiny_base / "tokenizer.json").read_bytes())
    with pytest.raises(AdapterFormatError, match="does not say how texts are truncated and padded"):
        TokenReader.load(tmp_path, {"prompt": "", "lower_case": False})


@pytest.mark.parametrize(
    "changes",
    [
        {"truncation": {"stride": 8}},  # of a text of n tokens n parts, each as long as the model reads
        {"padding": {"strategy": {"Fixed": 1_000_000}}},
        {"padding": {"pad_to_multiple_of": 1_000_000}},
    ],
)
def test_a_tokenizer_that_makes_more_of_a_text_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    backbone = Backbone.load(locate(str(build_model(tmp_path / "model"))), device=torch.device("cpu"))
    written = token_reader(backbone)
    definition = json.loads(written.files()["tokenizer.json"])
    for part, values in changes.items():
        definition[part] |= values
    (tmp_path / "tokenizer.json").write_text(json.dumps(definition), encoding="utf-8")
    with pytest.raises(AdapterFormatError, match="cuts a text into several that overlap, or pads it"):
        TokenReader.load(tmp_path, written.describe())


def test_a_tokenizer_that_gives_up_is_an_error_of_ours(tmp_path: Path) -> None:
    backbone = Backbone.load(locate(str(build_model(tmp_path / "model"))), device=torch.device("cpu"))
    backbone.tokenizer.backend_tokenizer.pre_tokenizer = FixedLength(0)
    reader = token_reader(backbone)
    for read in (reader.read, reader.token_counts):
        with pytest.raises(AdapterFormatError, match="cannot read these texts"):
            read(["sort a list"])
    for count in (backbone.tokenize, backbone.token_counts):
        with pytest.raises(ModelFormatError, match="cannot read these texts"):
            count(["sort a list"])

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from codequest.backbone import Backbone
from codequest.encoders.graph_source import token_reader
from codequest.errors import AdapterFormatError
from codequest.runtimes import TokenReader
from codequest.weights import locate
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


def test_a_tokenizer_that_does_not_truncate_is_refused(tmp_path: Path, tiny_base: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes((tiny_base / "tokenizer.json").read_bytes())
    with pytest.raises(AdapterFormatError, match="does not say how texts are truncated and padded"):
        TokenReader.load(tmp_path, {"prompt": "", "lower_case": False})

"""Graph, tokenizer and settings of a model in ONNX, wherever they lie."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from codequest.errors import CodequestError, ModelFormatError, WeightsNotFoundError
from codequest.teachers import OnnxTeacher
from codequest.teachers.onnx.files import find_files
from tests.tiny import QUERIES

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


def test_one_of_several_graphs_is_named(bare: Path) -> None:
    shutil.move(bare / "onnx" / "model.onnx", bare / "onnx" / "model_int8.onnx")
    only = OnnxTeacher(bare, pooling="mean").space
    shutil.copy(bare / "onnx" / "model_int8.onnx", bare / "onnx" / "model_q4.onnx")
    with pytest.raises(ModelFormatError, match=r"several graphs: onnx/model_int8.onnx, onnx/model_q4.onnx. Name one"):
        OnnxTeacher(bare, pooling="mean")
    assert OnnxTeacher(bare / "onnx" / "model_q4.onnx", pooling="mean").space == only


@pytest.mark.parametrize(
    ("missing", "error", "says"),
    [
        ("", WeightsNotFoundError, "There is no folder or file .*hf download"),
        ("onnx/model.onnx", WeightsNotFoundError, "holds no graph: expected model.onnx or onnx/model.onnx"),
        ("tokenizer.json", ModelFormatError, "There is no tokenizer.json next to .*Download the model again"),
    ],
)
def test_what_is_missing_is_said(bare: Path, missing: str, error: type[CodequestError], says: str) -> None:
    if missing:
        (bare / missing).unlink()
    else:
        bare = bare / "typo"
    with pytest.raises(error, match=says):
        OnnxTeacher(bare, pooling="mean")


def test_length_and_padding_are_those_of_the_tokenizer(bare: Path) -> None:
    config = json.loads((bare / "tokenizer_config.json").read_text(encoding="utf-8"))
    config |= {"model_max_length": 16, "padding_side": "left"}
    (bare / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    graph = OnnxTeacher(bare, pooling="mean")
    assert graph.space.max_tokens == 16
    assert max(graph.token_counts(QUERIES, "query")) == 16
    _, mask, truncated = find_files(bare).reader(None).read(QUERIES)
    assert mask.shape == (len(QUERIES), 16)
    assert truncated == 2
    np.testing.assert_array_equal(mask, np.sort(mask, axis=1))  # padding comes first

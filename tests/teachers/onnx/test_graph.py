"""Graphs that others exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from codequest.backbone import pool
from codequest.errors import ModelFormatError
from codequest.teachers import OnnxTeacher
from codequest.teachers.onnx.graph import pooled_states

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


@pytest.mark.parametrize("pooling", ["mean", "cls", "last"])
def test_token_states_are_pooled_as_in_torch(pooling: str) -> None:
    states = np.random.default_rng(0).standard_normal((4, 5, 3)).astype(np.float32)
    mask = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]])
    expected = pool(torch.from_numpy(states), torch.from_numpy(mask), pooling)
    np.testing.assert_allclose(pooled_states(states, mask, pooling), expected.numpy(), atol=1e-6)


def test_a_graph_that_is_none_is_refused(bare: Path) -> None:
    (bare / "onnx" / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelFormatError, match=r"ONNX Runtime cannot read .* Download it again"):
        OnnxTeacher(bare, pooling="mean")


def test_a_graph_of_something_else_is_refused(bare: Path) -> None:
    import onnx

    path = bare / "onnx" / "model.onnx"
    given = onnx.helper.make_tensor_value_info("pixels", onnx.TensorProto.FLOAT, [1, 3])
    same = onnx.helper.make_tensor_value_info("same", onnx.TensorProto.FLOAT, [1, 3])
    node = onnx.helper.make_node("Identity", ["pixels"], ["same"])
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([node], "g", [given], [same])), path)
    with pytest.raises(ModelFormatError, match="takes pixels; expected whole numbers named"):
        OnnxTeacher(bare, pooling="mean")

"""The dense layer after the pooling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from codequest.backbone.dense import load_dense
from codequest.errors import ModelFormatError
from tests.tiny import write_json

WEIGHT, BIAS = torch.tensor([[1.0, 0.0], [0.5, -1.0], [0.0, 2.0]]), torch.tensor([0.1, 0.2, 0.3])


def dense(folder: Path, **config: Any) -> Path:
    write_json(folder / "config.json", {"in_features": 2, "out_features": 3, **config})
    save_file({"linear.weight": WEIGHT, "linear.bias": BIAS}, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize(
    ("config", "activation"),
    [({}, torch.tanh), ({"activation_function": "torch.nn.modules.linear.Identity"}, lambda value: value)],
)
def test_the_layer_computes_what_its_files_say(tmp_path: Path, config: dict[str, Any], activation: Any) -> None:
    layer = load_dense(dense(tmp_path, **config))
    inputs = torch.tensor([[1.0, 2.0]])
    torch.testing.assert_close(layer(inputs), activation(inputs @ WEIGHT.T + BIAS))
    assert not any(parameter.requires_grad for parameter in layer.parameters())


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"activation_function": "torch.nn.Softmax"}, "uses the activation 'Softmax', which codequest cannot rebuild"),
        ({"use_residual": True}, "is no plain layer"),
        ({"module_input_name": "token_embeddings"}, "is no plain layer"),
        ({"out_features": 4}, "The dense layer in .* cannot be loaded"),
    ],
)
def test_what_cannot_be_rebuilt_is_refused(tmp_path: Path, config: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelFormatError, match=message):
        load_dense(dense(tmp_path, **config))

"""The dense layers that some models have after their pooling."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from codequest.backbone.settings import read_json
from codequest.errors import ModelFormatError

_ACTIVATIONS = ("Identity", "Tanh", "GELU", "ReLU", "SiLU")
_POOLED = "sentence_embedding"  # name of the pooled vector in sentence-transformers


def load_dense(folder: Path) -> nn.Module:
    """A sentence-transformers Dense module: linear layer and activation.

    Raises:
        ModelFormatError: A file is missing or damaged, or asks for something codequest does not have.
    """
    config = read_json(folder / "config.json")
    name = str(config.get("activation_function", "torch.nn.modules.activation.Tanh")).rsplit(".", 1)[-1]
    if name not in _ACTIVATIONS:
        raise ModelFormatError(
            f"{folder / 'config.json'} uses the activation {name!r}, which codequest cannot rebuild."
        )
    elsewhere = {config.get(end) or _POOLED for end in ("module_input_name", "module_output_name")} != {_POOLED}
    if config.get("use_residual") or elsewhere:
        raise ModelFormatError(
            f"{folder / 'config.json'} is no plain layer after the pooling: it has a residual connection, or reads or "
            "writes something else than the pooled vector. codequest cannot rebuild that."
        )
    try:
        linear = nn.Linear(config["in_features"], config["out_features"], bias=config.get("bias", True))
        weights = load_file(folder / "model.safetensors")
        linear.load_state_dict({key.removeprefix("linear."): value for key, value in weights.items()})
    except (KeyError, TypeError, OSError, RuntimeError, SafetensorError) as error:
        raise ModelFormatError(f"The dense layer in {folder} cannot be loaded: {error!r}") from error
    return nn.Sequential(linear, getattr(nn, name)()).requires_grad_(False)

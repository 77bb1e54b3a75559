"""What trained weights are rounded to and stored in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import torch
from torch import Tensor

from codequest.encoders.static.table import quantized_rows

StoredPrecision = Literal["fp32", "fp16", "int8"]

_SCALES = ".scales"


def round_weights(weights: Iterable[Tensor], precision: StoredPrecision) -> None:
    """Round weights to what their precision holds: what is stored is what is computed with."""
    if precision == "fp32":
        return
    for weight in weights:
        weight.data.copy_(restored_weights(stored_weights({"": weight.data}, precision))[""])


def stored_weights(weights: Mapping[str, Tensor], precision: StoredPrecision) -> dict[str, Tensor]:
    """The tensors of an adapter folder.

    Args:
        weights: By name.
        precision: ``"int8"`` are whole numbers from -127 to 127, with a scale in fp16 for each row under the name with
            ``.scales`` after it; what has no rows, such as a bias, is fp16 then.
    """
    if precision != "int8":
        return {
            name: weight.to(torch.float16 if precision == "fp16" else torch.float32) for name, weight in weights.items()
        }
    tensors: dict[str, Tensor] = {}
    for name, weight in weights.items():
        if weight.ndim == 2:
            codes, scales = quantized_rows(weight.detach().float().cpu().numpy())
            tensors |= {name: torch.from_numpy(codes), name + _SCALES: torch.from_numpy(scales)}
        else:
            tensors[name] = weight.half()
    return tensors


def restored_weights(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights in tensors of `stored_weights`; what lacks its scales, or its numbers, stays as it is."""
    scaled = {
        name: name + _SCALES
        for name, codes in tensors.items()
        if codes.dtype == torch.int8
        and (scales := tensors.get(name + _SCALES)) is not None
        and scales.shape == codes.shape[:1]
    }
    used = set(scaled.values())
    weights = {name: tensor for name, tensor in tensors.items() if name not in used}
    for name, of in scaled.items():
        weights[name] = tensors[name].float() * tensors[of].float().unsqueeze(1)
    return weights

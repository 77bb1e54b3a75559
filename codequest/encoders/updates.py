"""Low-rank updates (LoRA) inside a small model: their settings, where they sit, and whether they are merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from codequest.backbone import Backbone
from codequest.backbone.quiet import quiet_bitsandbytes
from codequest.encoders.stored_weights import StoredPrecision, round_weights
from codequest.errors import InvalidInputError

UPDATE_SETTINGS = ("rank", "alpha", "targets")
"""Names of the settings of updates in an adapter's config.json."""


def update_settings(rank: int | None, alpha: float | None, targets: Sequence[str] | None) -> dict[str, Any]:
    """Settings of updates as an adapter's config.json holds them; rank 16, alpha twice that and all layers by default.

    What cannot be is refused by `inject_updates`.
    """
    chosen = 16 if rank is None else rank
    return {
        "rank": chosen,
        "alpha": 2 * chosen if alpha is None else alpha,
        "targets": sorted(targets) if targets else "all-linear",
    }


def inject_updates(backbone: Backbone, settings: Mapping[str, Any]) -> None:
    """Put updates that change nothing yet into the linear layers of a backbone.

    Raises:
        InvalidInputError: A rank below 1, an alpha that is not positive, or layers that the backbone does not have.
    """
    quiet_bitsandbytes()
    from peft import LoraConfig, inject_adapter_in_model

    rank, alpha, targets = settings["rank"], settings["alpha"], settings["targets"]
    if type(rank) is not int or rank < 1:
        raise InvalidInputError(f"The LoRA rank must be a positive integer, got {rank!r}.")
    if type(alpha) not in (int, float) or not alpha > 0:
        raise InvalidInputError(f"The LoRA alpha must be a positive number, got {alpha!r}.")
    _refuse_unknown_targets(backbone, targets)
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=targets, lora_dropout=0.0, bias="none")
    inject_adapter_in_model(config, backbone.transformer)


def merge_in_place(backbone: Backbone) -> None:
    """Add the updates to the weights, so that inference costs nothing more."""
    for layer in _updated_layers(backbone):
        if not layer.merged:
            layer.merge()


def unmerge_in_place(backbone: Backbone) -> None:
    """Take the updates out of the weights again, so that they can be trained."""
    for layer in _updated_layers(backbone):
        if layer.merged:
            layer.unmerge()


@contextmanager
def merged(backbone: Backbone) -> Iterator[None]:
    """Have the updates in the weights for a while; afterwards every weight is what it was, to the last bit."""
    layers = [layer for layer in _updated_layers(backbone) if not layer.merged]
    kept = [layer.get_base_layer().weight.detach().clone() for layer in layers]
    merge_in_place(backbone)
    try:
        yield
    finally:
        for layer, weight in zip(layers, kept, strict=True):
            layer.unmerge()
            layer.get_base_layer().weight.data.copy_(weight)


def updates_of(backbone: Backbone) -> dict[str, Tensor]:
    """The weights of the updates by their names in the backbone; none of a backbone without."""
    return {name: weight for name, weight in backbone.named_parameters() if ".lora_" in name}


def round_updates(backbone: Backbone, precision: StoredPrecision) -> None:
    """Round the updates to what is stored of them."""
    if precision == "fp32":
        return
    unmerge_in_place(backbone)
    round_weights(updates_of(backbone).values(), precision)
    merge_in_place(backbone)


def _refuse_unknown_targets(backbone: Backbone, targets: Any) -> None:
    layers = backbone.transformer.named_modules()
    linear = {name.rsplit(".", 1)[-1] for name, layer in layers if isinstance(layer, nn.Linear)}
    if targets != "all-linear" and not isinstance(targets, (list, tuple)):
        raise InvalidInputError(f"The LoRA targets must be a list of layer names, got {targets!r}.")
    unknown = [] if targets == "all-linear" else sorted(set(map(str, targets)) - linear)
    if unknown:  # peft would silently adapt the ones it finds
        raise InvalidInputError(
            f"The base has no linear layers named {', '.join(unknown)}. It has {', '.join(sorted(linear))}."
        )


def _updated_layers(backbone: Backbone) -> list[Any]:
    from peft.tuners.tuners_utils import BaseTunerLayer

    return [module for module in backbone.transformer.modules() if isinstance(module, BaseTunerLayer)]

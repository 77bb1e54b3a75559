"""A transformer's first layers, which are a smaller model without any training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from codequest.errors import InvalidInputError, ModelFormatError

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def keep_first_layers(transformer: PreTrainedModel, layers: int) -> None:
    """Drop every layer after the first ones, in place.

    Sanh et al., "DistilBERT", 2019, and Wang and Lyu, "Query encoder distillation", 2023, start students from layers
    of a larger model.

    Args:
        transformer: The Hugging Face model.
        layers: Number of layers to keep.

    Raises:
        InvalidInputError: More layers than the model has, or fewer than one.
        ModelFormatError: The model does not keep its layers in one list.
    """
    total = int(transformer.config.num_hidden_layers)
    if type(layers) is not int or not 1 <= layers <= total:
        raise InvalidInputError(f"layers must be a whole number from 1 to {total}, the model's own, got {layers!r}.")
    stacks = [
        (parent, name, stack)
        for parent in transformer.modules()
        for name, stack in parent.named_children()
        if isinstance(stack, nn.ModuleList) and len(stack) == total
    ]
    if len(stacks) != 1:
        raise ModelFormatError(
            f"{type(transformer).__name__} does not keep its {total} layers in one list, so that its first ones cannot "
            "be taken. Use it whole: leave layers out."
        )
    parent, name, stack = stacks[0]
    setattr(parent, name, stack[:layers])
    transformer.config.num_hidden_layers = layers

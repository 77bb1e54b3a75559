"""Cost of one query, counted from the modules that really run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn

    from codequest.backbone import Backbone


@dataclass(frozen=True, slots=True)
class EncoderCost:
    """The price of one query.

    Attributes:
        parameters: Weights that are kept in memory.
        active_bytes: Bytes of weights that one query reads: of an embedding table, only its own rows.
        flops: Floating-point operations of one forward pass; a multiply-add counts as two.
        tokens: Length of the query, special tokens included.
    """

    parameters: int
    active_bytes: int
    flops: int
    tokens: int


def backbone_cost(backbone: Backbone, head: Iterable[nn.Module], *, tokens: int) -> EncoderCost:
    """Cost of a backbone and the layers after its pooling.

    Counts matrix products, which are all but a few percent of the work: every linear layer of the transformer
    once per token, the two products of attention, and the layers after pooling once.

    Args:
        backbone: Merged or plain; low-rank factors next to a layer are not counted.
        head: Modules that run once per query.
        tokens: Length of the query.
    """
    from torch import nn

    modules = [module for name, module in backbone.transformer.named_modules() if "lora_" not in name]
    layers = [module for module in modules if isinstance(module, nn.Linear)]
    tables = [module for module in modules if isinstance(module, nn.Embedding)]
    after = [module for part in (backbone.dense, *head) for module in part.modules() if isinstance(module, nn.Linear)]
    config = backbone.transformer.config
    products = 2 * tokens * sum(_weights(layer) for layer in layers)
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    attention = 2 * 2 * tokens * tokens * head_dim * config.num_attention_heads * config.num_hidden_layers
    named = [pair for part in (backbone, *head) for pair in part.named_parameters()]
    counted = {id(weight): weight for name, weight in named if "lora_" not in name}
    table_weights = {id(table.weight) for table in tables}
    scales = sum(_scale_bytes(layer) for layer in layers)
    always = scales + sum(_bytes(weight) for key, weight in counted.items() if key not in table_weights)
    rows = sum(min(tokens, table.num_embeddings) * _bytes(table.weight) // table.num_embeddings for table in tables)
    parameters = sum(_weights(layer) - layer.weight.numel() for layer in layers)  # packed 4-bit weights
    return EncoderCost(
        parameters=parameters + sum(weight.numel() for weight in counted.values()),
        active_bytes=always + rows,
        flops=products + attention + 2 * sum(_weights(layer) for layer in after),
        tokens=tokens,
    )


def _scale_bytes(layer: nn.Linear) -> int:
    """Bytes of what bitsandbytes multiplies quantized weights with; it keeps them outside the parameters."""
    from torch import Tensor

    # int8 scales move from the weight to the layer's state at the first forward pass.
    int8 = getattr(layer.weight, "SCB", None)
    int8 = getattr(getattr(layer, "state", None), "SCB", None) if int8 is None else int8
    four_bits = getattr(getattr(layer.weight, "quant_state", None), "absmax", None)
    return sum(_bytes(scale) for scale in (int8, four_bits) if isinstance(scale, Tensor))


def _weights(layer: nn.Linear) -> int:
    return layer.in_features * layer.out_features


def _bytes(weight: Tensor) -> int:
    return weight.numel() * weight.element_size()

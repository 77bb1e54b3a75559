"""Sources of graphs: a torch module from ids and mask to unit vectors, and the reader of texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from codequest.backbone import Backbone
from codequest.encoders.cost import EncoderCost
from codequest.encoders.maps import SpaceMap
from codequest.encoders.static.table import StaticTable, quantized_rows
from codequest.errors import ModelFormatError
from codequest.runtimes import GraphPrecision, TextReader, TokenReader
from codequest.space import Vectors


@dataclass(frozen=True, slots=True)
class GraphSource:
    """Everything that an encoder gives to be exported.

    Attributes:
        module: Maps ids and mask, each (batch, tokens), to unit vectors; a copy on the CPU.
        reader: Makes ids and mask of texts.
        embed: Gives the vectors that the graph should give.
        cost: What a query of so many tokens costs with all weights in fp32.
        precision: What the module's weights are in.
    """

    module: nn.Module
    reader: TextReader
    embed: Callable[[Sequence[str]], Vectors]
    cost: Callable[[int], EncoderCost]
    precision: GraphPrecision = "fp32"


@runtime_checkable
class Exportable(Protocol):
    """An encoder that can be written as one graph."""

    def graph_source(self, precision: GraphPrecision) -> GraphSource:
        """The source of a graph of this precision; leaves the encoder as it is."""


class BackboneGraph(nn.Module):
    """A backbone, and the map after it; without one, only the normalisation."""

    def __init__(self, backbone: Backbone, space_map: SpaceMap | None = None) -> None:
        super().__init__()
        self.backbone = backbone
        self.map = space_map

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Unit vectors, (batch, dim), of token ids and mask, each (batch, tokens)."""
        pooled = self.backbone(input_ids=input_ids, attention_mask=attention_mask)  # (batch, hidden)
        vectors: Tensor = functional.normalize(pooled, dim=-1) if self.map is None else self.map(pooled)
        return vectors


class StaticGraph(nn.Module):
    """A table of rows, summed by the mask, and the map after it.

    Args:
        table: The rows, kept as int8 for an int8 graph, otherwise in fp32, and the map.
        precision: Of the graph.
    """

    def __init__(self, table: StaticTable, precision: GraphPrecision) -> None:
        super().__init__()
        values = table.values()
        rows, factors = values["rows"], values["weights"]
        if precision == "int8":
            rows, scales = quantized_rows(rows)  # type: ignore[assignment]  # gives a table of int8 back as it is
            factors = factors * scales.astype(np.float32)
        self.register_buffer("rows", torch.tensor(rows))
        self.register_buffer("factors", torch.tensor(factors))
        self.map = SpaceMap.restored(values)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Unit vectors, (batch, dim), of row numbers and mask, each (batch, rows)."""
        taken = functional.embedding(input_ids, self.rows).float()  # type: ignore[arg-type]  # (batch, rows, width)
        factors = self.factors[input_ids] * attention_mask  # type: ignore[index]  # (batch, rows)
        pooled = (factors.unsqueeze(1) @ taken).squeeze(1)  # (batch, width)
        vectors: Tensor = self.map(functional.normalize(pooled, dim=-1))
        return vectors


def merge_updates(module: nn.Module) -> None:
    """Replace every layer that has low-rank updates by a plain one with the same products, in place."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    for parent in list(module.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, BaseTunerLayer):
                if not layer.merged:
                    layer.merge()
                setattr(parent, name, layer.get_base_layer())


def token_reader(backbone: Backbone, *, prompt: str = "") -> TokenReader:
    """Reader that reads texts as the backbone does.

    Raises:
        ModelFormatError: Its tokenizer is written in Python, and cannot be saved as tokenizer.json.
    """
    from tokenizers import Tokenizer

    tokenizer = backbone.tokenizer
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ModelFormatError(
            f"The tokenizer of {backbone.source.model_id} exists in Python only, so it cannot be exported. "
            "Use a model with a tokenizer.json."
        )
    copied = Tokenizer.from_str(backend.to_str())
    copied.enable_truncation(backbone.max_tokens, direction=tokenizer.truncation_side)
    copied.enable_padding(
        direction=tokenizer.padding_side,
        pad_id=tokenizer.pad_token_id,
        pad_type_id=tokenizer.pad_token_type_id,
        pad_token=tokenizer.pad_token,
    )
    return TokenReader(copied, prompt=prompt, lower_case=backbone.lower_case, max_tokens=backbone.max_tokens)

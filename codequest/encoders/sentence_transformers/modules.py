"""Encoders and teachers as modules of sentence-transformers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from codequest.backbone import Backbone
from codequest.encoders.maps import SpaceMap
from codequest.encoders.static.lookup import RowLookup
from codequest.encoders.static.table import StaticTable
from codequest.errors import InvalidInputError, require
from codequest.files import scratch_folder

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from codequest.encoders.base import QueryEncoder

_POOLING = {"mean": "mean", "cls": "cls", "last": "lasttoken"}


@runtime_checkable
class HasSentenceModules(Protocol):
    """An encoder that modules of sentence-transformers can take the place of."""

    def sentence_modules(self) -> list[nn.Module]:
        """Modules of sentence-transformers that give the encoder's vectors; they share no weights with it."""


def sentence_modules(encoder: QueryEncoder) -> list[nn.Module]:
    """The modules of an encoder.

    Raises:
        InvalidInputError: There are none for this kind of encoder.
    """
    if isinstance(encoder, HasSentenceModules):
        return encoder.sentence_modules()
    raise InvalidInputError(
        f"sentence-transformers has no modules for encoders of the kind {encoder.kind}. Use it through codequest, or "
        f"export a lora, projection or static encoder. The teacher, {encoder.space.teacher}, is loaded by "
        "SentenceTransformer itself, in half precision with model_kwargs={'dtype': 'bfloat16'}."
    )


def backbone_modules(backbone: Backbone) -> list[nn.Module]:
    """Tokenizer and transformer, pooling, and the model's own dense layers; not the normalisation.

    Args:
        backbone: On the CPU, in fp32, without low-rank updates.
    """
    base = require("sentence_transformers.base.modules", extra="sentence-transformers")
    pooling = require("sentence_transformers.sentence_transformer.modules", extra="sentence-transformers").Pooling
    with scratch_folder() as folder:
        scratch = str(folder)
        _whole(backbone.transformer).save_pretrained(scratch)
        backbone.tokenizer.save_pretrained(scratch)
        transformer = base.Transformer(scratch, max_seq_length=backbone.max_tokens, do_lower_case=backbone.lower_case)
    hidden = int(backbone.transformer.config.hidden_size)
    dense = [_dense(*layer) for layer in backbone.dense]  # type: ignore[misc]  # each a linear layer and an activation
    return [transformer, pooling(hidden, pooling_mode=_POOLING[backbone.pooling]), *dense]


def _whole(transformer: PreTrainedModel) -> PreTrainedModel:
    """A copy with every layer of its class: a backbone lacks the pooler, and whoever loads it would be warned."""
    with torch.random.fork_rng(devices=[]):
        whole: PreTrainedModel = type(transformer)(transformer.config)
    missing = whole.load_state_dict(transformer.state_dict(), strict=False).missing_keys
    for name in missing:
        nn.init.zeros_(whole.get_parameter(name))
    return whole


def map_modules(space_map: SpaceMap) -> list[nn.Module]:
    """A map into the space, and the normalisation after it.

    A dense layer of sentence-transformers has one activation for all that it gives, so the linear map cannot simply
    run next to the residual one. But gelu(z) - gelu(-z) = z: the first layer hands the features on with both signs,
    and the second one takes the difference.

    Args:
        space_map: On the CPU, in fp32.
    """
    normalize = require("sentence_transformers.base.modules", extra="sentence-transformers").Normalize()
    linear = space_map.linear
    if space_map.residual is None:
        return [_dense(linear, nn.Identity()), normalize]
    inner, activation, outer = space_map.residual
    signs = torch.eye(linear.in_features)
    with torch.no_grad():
        weight = torch.cat([inner.weight, signs, -signs])  # type: ignore[list-item]
        bias = torch.cat([inner.bias, torch.zeros(2 * len(signs))])  # type: ignore[list-item]
        first = _linear(weight, bias)
        weight = torch.cat([outer.weight, linear.weight, -linear.weight], dim=1)  # type: ignore[list-item]
        second = _linear(weight, outer.bias + linear.bias)  # type: ignore[operator]
    return [_dense(first, activation), _dense(second, nn.Identity()), normalize]


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    linear = nn.Linear(weight.shape[1], weight.shape[0])
    linear.load_state_dict({"weight": weight, "bias": bias})
    return linear


def _dense(linear: nn.Linear, activation: nn.Module) -> nn.Module:
    dense: nn.Module = require("sentence_transformers.base.modules", extra="sentence-transformers").Dense(
        linear.in_features,
        linear.out_features,
        bias=linear.bias is not None,
        activation_function=activation,
        init_weight=linear.weight.detach().clone(),
        init_bias=None if linear.bias is None else linear.bias.detach().clone(),
    )
    return dense


def static_modules(lookup: RowLookup, table: StaticTable) -> list[nn.Module]:
    """A static encoder: its rows in the number format they have, and its map."""
    if lookup.code:
        raise InvalidInputError(
            "sentence-transformers has no modules that read code as this encoder does. Use it through codequest, or "
            "export it for ONNX Runtime or OpenVINO."
        )
    base = require("sentence_transformers.base.modules", extra="sentence-transformers")
    from codequest.encoders.sentence_transformers.codequest_static import StaticRows

    tensors: Mapping[str, Any] = table.tensors
    factors = tensors["weights"] * (tensors["scales"].astype(np.float32) if "scales" in tensors else np.float32(1))
    rows, bigrams = torch.tensor(tensors["rows"]), torch.tensor(lookup.bigrams)
    found = StaticRows(lookup.tokenizer, rows, torch.tensor(factors), bigrams, lookup.max_tokens)
    return [found, base.Normalize(), *map_modules(SpaceMap.restored(table.values()))]

"""A local teacher as others may have set it: other prompts, pooling, layers and lengths, from few runs of the model."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from codequest.space import Pooling, Side, Vectors
from codequest.texts import batches_by_size
from codequest.weights import known_models

if TYPE_CHECKING:
    from codequest.backbone import Backbone

_POOLINGS: tuple[Pooling, ...] = ("mean", "cls", "last")
_LENGTHS = (32, 64, 128, 256, 384, 512, 1024, 2048, 4096, 8192)
_BATCH_TOKENS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One way to embed texts with a teacher.

    Attributes:
        side: Side that the texts were taken for: queries or documents.
        prompt: Text before every text.
        pooling: Way in which token states become one vector.
        dense: Whether the model's own dense layers are used.
        max_tokens: Texts are truncated to this many tokens; None where the teacher does not tell.
    """

    side: Side
    prompt: str
    pooling: Pooling
    dense: bool = True
    max_tokens: int | None = None


def own_prompts(backbone: Backbone) -> list[str]:
    """Every prompt that belongs to a model, and the empty one."""
    own = [backbone.space.query_prompt, backbone.space.document_prompt, *backbone.settings.prompts.values()]
    known = known_models().get(backbone.source.model_id)
    theirs = [known.query_prompt, known.document_prompt] if known else []
    return list(dict.fromkeys(["", *own, *(prompt for prompt in theirs if prompt)]))


def other_prompts(backbone: Backbone) -> list[str]:
    """The prompts of other known models, which may have been used with this one by mistake."""
    known = known_models().values()
    every = [prompt for model in known for prompt in (model.query_prompt, model.document_prompt) if prompt]
    return [prompt for prompt in dict.fromkeys(every) if prompt not in own_prompts(backbone)]


def embedded(
    backbone: Backbone, texts: Sequence[str], side: Side, *, prompt: str, max_tokens: int
) -> dict[Setting, Vectors]:
    """Vectors, (n, full dim), by every pooling, with and without the dense layers, from one run of the model.

    Args:
        backbone: The model.
        texts: n texts.
        side: Side of the texts: queries or documents.
        prompt: Text before every text.
        max_tokens: Texts are truncated to this many tokens.
    """
    model = _reading(backbone, max_tokens)
    ways = [
        Setting(side=side, prompt=prompt, pooling=pooling, dense=dense, max_tokens=max_tokens)
        for pooling in _POOLINGS
        for dense in ((True, False) if backbone.dense else (True,))
    ]
    found: dict[Setting, list[Vectors]] = {way: [] for way in ways}
    order: list[int] = []
    counts = [max(1, count) for count in model.token_counts(texts, prompt=prompt)]
    for batch in batches_by_size(counts, max_texts=64, max_size=_BATCH_TOKENS):
        order += batch
        for way, vectors in zip(ways, _batch(model, [texts[position] for position in batch], ways), strict=True):
            found[way].append(vectors)
    back = np.argsort(order)
    return {way: np.concatenate(pieces)[back] for way, pieces in found.items()}


def _batch(model: Backbone, texts: Sequence[str], ways: Sequence[Setting]) -> list[Vectors]:
    import torch

    from codequest.backbone import pool

    tokens = {name: value.to(model.device) for name, value in model.tokenize(texts, prompt=ways[0].prompt).items()}
    found = []
    with torch.inference_mode():
        states = model.transformer(**tokens).last_hidden_state
        for way in ways:
            pooled = pool(states, tokens["attention_mask"], way.pooling)
            for layer in model.dense if way.dense else ():
                pooled = layer(pooled)
            found.append(pooled.float().cpu().numpy())
    return found


def lengths_to_try(backbone: Backbone, texts: Sequence[str], prompt: str) -> list[int]:
    """Lengths that truncate some of the texts differently than the teacher does."""
    most = max(_reading(backbone, backbone.longest).token_counts(texts, prompt=prompt))
    lengths = {*_LENGTHS, backbone.longest} - {backbone.max_tokens}
    cutting = (length for length in lengths if min(length, backbone.max_tokens) < most)
    return sorted(length for length in cutting if length <= backbone.longest)


def _reading(backbone: Backbone, max_tokens: int) -> Backbone:
    """The same model with another length."""
    other = copy(backbone)
    other.max_tokens = max_tokens
    return other

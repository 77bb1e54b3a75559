"""Token states to one vector per text."""

from __future__ import annotations

import torch
from torch import Tensor

from codequest.space import Pooling


def pool(states: Tensor, attention_mask: Tensor, pooling: Pooling) -> Tensor:
    """Pool token states, whichever side the padding is on.

    Args:
        states: (batch, tokens, hidden).
        attention_mask: (batch, tokens), 1 for tokens and 0 for padding.
        pooling: ``mean`` over the tokens, ``cls`` the first token, ``last`` the last one.

    Returns:
        (batch, hidden); zero where a text has no token.
    """
    if pooling == "mean":
        weights = attention_mask.unsqueeze(-1).to(states.dtype)  # (batch, tokens, 1)
        return (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
    positions = torch.arange(states.shape[1], device=states.device)
    ranks = positions.flip(0) if pooling == "cls" else positions
    chosen = (attention_mask * (ranks + 1)).argmax(1)  # (batch,): the first, or the last, token that is no padding
    found = attention_mask.any(1, keepdim=True)  # (batch, 1)
    return states[torch.arange(states.shape[0], device=states.device), chosen] * found

"""A network as small as one can be: it becomes a graph in a second."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from codequest.space import Vectors

ROWS, WIDTH, DIM = 40, 32, 16


class SmallNetwork(nn.Module):
    """A widening and a narrowing layer over the mean of the rows that the mask keeps."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.table = nn.Embedding(ROWS, WIDTH)
            self.wide = nn.Linear(WIDTH, 8 * WIDTH)
            self.narrow = nn.Linear(8 * WIDTH, DIM)
        self.requires_grad_(False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        mask = attention_mask.unsqueeze(-1).float()  # (batch, tokens, 1)
        pooled = (self.table(input_ids) * mask).sum(1) / mask.sum(1)  # (batch, WIDTH)
        return functional.normalize(self.narrow(functional.gelu(self.wide(pooled))), dim=-1)


def tokens(texts: int, length: int) -> dict[str, Tensor]:
    """Seeded ids, and a mask that hides the last token of every second text."""
    ids = torch.randint(ROWS, (texts, length), generator=torch.Generator().manual_seed(texts))
    mask = torch.ones_like(ids)
    if length > 1:
        mask[::2, -1] = 0
    return {"input_ids": ids, "attention_mask": mask}


def expected(network: nn.Module, batch: dict[str, Tensor]) -> Vectors:
    with torch.inference_mode():
        vectors: Vectors = network(**batch).numpy()
    return vectors

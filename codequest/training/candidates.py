"""The documents that one training step compares its queries with."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from codequest.training.config import DistillationConfig


@dataclass(frozen=True, slots=True)
class Candidates:
    """Frozen documents, and the positions of a batch's positives among them.

    Attributes:
        documents: (n, dim), the teacher's unit vectors.
        positives: (batch,), position of a positive document of each query, -1 for none.
        relevant: (batch, any), positions of every positive of a query, filled up with -1.
    """

    documents: Tensor
    positives: Tensor
    relevant: Tensor

    def limited(self, config: DistillationConfig, *, step: int) -> Candidates:
        """The candidates of one step; they depend on seed and step only, so that a resumed run sees the same."""
        count = config.candidates
        if count is None or count >= len(self.documents):
            return self
        return self.sample(count, seed=config.seed * 1_000_003 + step)

    def sample(self, count: int, *, seed: int) -> Candidates:
        """So many documents drawn at random, and every positive of the batch.

        Args:
            count: Number of documents to draw.
            seed: Decides which documents are drawn.
        """
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.randperm(len(self.documents), generator=generator)[:count].to(self.documents.device)
        named = torch.cat([drawn, self.positives[self.positives >= 0], self.relevant[self.relevant >= 0]])
        chosen = torch.unique(named)  # sorted
        return Candidates(self.documents[chosen], _positions(self.positives, chosen), _positions(self.relevant, chosen))


def _positions(wanted: Tensor, chosen: Tensor) -> Tensor:
    """Positions of the wanted documents among the chosen ones; -1 stays -1."""
    return torch.where(wanted >= 0, torch.searchsorted(chosen, wanted.clamp(min=0)), wanted)

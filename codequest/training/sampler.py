"""The order of training examples: shuffled, grouped by length, and the same for one process or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler

_BATCHES_PER_GROUP = 50


class LengthGroupedSampler(Sampler[int]):
    """Shuffles, then sorts by length within groups of fifty batches, then shuffles the batches.

    The order depends on nothing but seed and epoch, so a resumed run continues with the very batches that an
    uninterrupted one would have seen.

    Args:
        lengths: Length of every example, in any unit.
        batch_size: Examples per optimizer step, over all processes.
        seed: Decides the order.
    """

    def __init__(self, lengths: Sequence[int], *, batch_size: int, seed: int) -> None:
        self._lengths = torch.tensor(lengths)
        self._batch_size = batch_size
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the data loader before every epoch."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + self._epoch)
        order = torch.randperm(len(self._lengths), generator=generator)
        batches: list[torch.Tensor] = []
        for group in torch.split(order, _BATCHES_PER_GROUP * self._batch_size):
            by_length = group[self._lengths[group].argsort(descending=True, stable=True)]
            batches += torch.split(by_length, self._batch_size)
        full = [batch for batch in batches if len(batch) == self._batch_size]
        partial = [batch for batch in batches if len(batch) < self._batch_size]
        shuffled = [full[position] for position in torch.randperm(len(full), generator=generator)]
        for batch in shuffled + partial:  # a partial batch anywhere else would shift the batches after it
            yield from batch.tolist()

import itertools
import random

import pytest
from accelerate.data_loader import BatchSamplerShard
from torch.utils.data import BatchSampler

from codequest.training.sampler import LengthGroupedSampler

LENGTHS = random.Random(0).choices(range(1, 201), k=1024)


def order(*, seed: int = 0, epoch: int = 0, batch_size: int = 16, lengths: list[int] = LENGTHS) -> list[int]:
    sampler = LengthGroupedSampler(lengths, batch_size=batch_size, seed=seed)
    sampler.set_epoch(epoch)
    return list(sampler)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 801, 1024])
def test_every_example_comes_once(count: int) -> None:
    assert sorted(order(lengths=LENGTHS[:count])) == list(range(count))
    assert len(LengthGroupedSampler(LENGTHS[:count], batch_size=16, seed=0)) == count


def test_seed_and_epoch_decide_the_order() -> None:
    assert order(seed=3, epoch=1) == order(seed=3, epoch=1)
    assert order(seed=3, epoch=1) != order(seed=3, epoch=2)
    assert order(seed=3, epoch=1) != order(seed=4, epoch=1)


def test_batches_hold_similar_lengths() -> None:
    positions = order()
    batches = [positions[start : start + 16] for start in range(0, len(positions), 16)]
    spread = [max(LENGTHS[i] for i in batch) - min(LENGTHS[i] for i in batch) for batch in batches]
    assert sum(spread) / len(spread) < 15  # a shuffle alone gives about 176
    longest = [max(LENGTHS[i] for i in batch) for batch in batches]
    assert longest != sorted(longest)
    assert longest != sorted(longest, reverse=True)


def test_a_partial_batch_comes_last() -> None:
    positions = order(lengths=LENGTHS[:810])  # groups of 800 and 10
    assert set(positions[:800]).isdisjoint(positions[800:])
    spread = [
        max(LENGTHS[i] for i in positions[start : start + 16]) - min(LENGTHS[i] for i in positions[start : start + 16])
        for start in range(0, 800, 16)
    ]
    assert max(spread) < 40


@pytest.mark.parametrize("processes", [2, 4])
def test_several_processes_see_the_batches_of_one(processes: int) -> None:
    whole = list(BatchSampler(LengthGroupedSampler(LENGTHS, batch_size=16, seed=5), 16, drop_last=False))
    shares = []
    for process in range(processes):
        sampler = LengthGroupedSampler(LENGTHS, batch_size=16, seed=5)
        batches = BatchSampler(sampler, 16 // processes, drop_last=False)
        shares.append(list(BatchSamplerShard(batches, processes, process)))
    assert [list(itertools.chain(*parts)) for parts in zip(*shares, strict=True)] == whole

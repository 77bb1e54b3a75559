"""How fast teacher and training are on this machine, measured on a few texts that are needed anyway."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import torch

from codequest.encoders import TrainableQueryEncoder
from codequest.space import Side
from codequest.teachers import CachedTeacher, Teacher
from codequest.training import DistillationConfig
from codequest.training.loop import trained_in

_TEXTS = 1024  # at most
_FIRST = 16  # texts of the first batch; the next are longer while they take little time
_SHORT = 1.0  # seconds
_SECONDS = 5.0  # of measuring, if the first batch took less
_STEPS = 8  # of training, over the lengths of queries
_SAMPLE = 16  # batches whose queries say how long queries are


def seconds_per_text(teacher: Teacher, texts: Sequence[str], side: Side) -> float:
    """Time of the teacher for one text, from some that it has not embedded yet; 0 where it has embedded them all.

    What it embeds is kept in its cache, and the first batch, for which a model warms up, is not counted.
    """
    if not isinstance(teacher, CachedTeacher):
        return 0.0
    new = teacher.missing(texts[:_TEXTS], side)
    if len(new) < 2:
        return 0.0
    mean = sum(teacher.token_counts(new, side)) / len(new)
    teacher.prepare(round(mean * len(texts)))  # the way that is the fastest for all of them
    begin, size, counted, seconds = 0, min(_FIRST, len(new) // 2), 0, 0.0
    while begin < len(new) and seconds < _SECONDS:
        batch = new[begin : begin + size]
        began = time.perf_counter()
        teacher.encode(batch, side)
        took = time.perf_counter() - began
        if begin:
            counted, seconds = counted + len(batch), seconds + took
        begin, size = begin + size, 2 * size if took < _SHORT else size
    return seconds / counted


def seconds_per_step(encoder: TrainableQueryEncoder, queries: Sequence[str], *, batch_size: int) -> float:
    """Mean time of a training step; the encoder stays as it is.

    Training groups queries by length, so batches of several lengths count, and not their longest for all.
    """
    by_length = sorted(queries[: _SAMPLE * batch_size], key=len)
    starts = np.linspace(0, max(0, len(by_length) - batch_size), _STEPS).astype(int)
    batches = [encoder.prepare(by_length[start : start + batch_size]) for start in starts]
    half = trained_in(DistillationConfig(), encoder.device) == "bf16"
    encoder.begin_training()
    seconds = []
    try:
        for inputs in (batches[_STEPS // 2], *batches):  # the first, for which everything warms up, is not counted
            began = time.perf_counter()
            batch = {name: tensor.to(encoder.device) for name, tensor in encoder.collate(inputs).items()}
            with torch.autocast(encoder.device.type, torch.bfloat16, enabled=half):
                vectors: torch.Tensor = encoder.network(**batch)
            vectors.float().square().sum().backward()  # type: ignore[no-untyped-call]
            seconds.append((time.perf_counter() - began) * batch_size / len(inputs))
        for weight in encoder.network.parameters():
            weight.grad = None
    finally:
        encoder.end_training()
    return sum(seconds[1:]) / _STEPS

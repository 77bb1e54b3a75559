"""How fast teacher and training are on this machine, measured on a few texts that are needed anyway."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from codequest.encoders import TrainableQueryEncoder
from codequest.space import Side
from codequest.teachers import CachedTeacher, Teacher

_TEXTS = 64
_SECONDS = 5.0  # of measuring, if the first batch took less
_STEPS = 3


def seconds_per_text(teacher: Teacher, texts: Sequence[str], side: Side) -> float:
    """Time of the teacher for one text, from some that it has not embedded yet; 0 where it has embedded them all.

    What it embeds is kept in its cache, and the first batch, for which a model warms up, is not counted.
    """
    if not isinstance(teacher, CachedTeacher):
        return 0.0
    new = teacher.missing(texts[: 8 * _TEXTS], side)
    if len(new) < 2:
        return 0.0
    size, counted, seconds = min(_TEXTS, len(new) // 2), 0, 0.0
    for begin in range(0, len(new), size):
        batch = new[begin : begin + size]
        began = time.perf_counter()
        teacher.encode(batch, side)
        if begin:
            counted, seconds = counted + len(batch), seconds + time.perf_counter() - began
        if seconds > _SECONDS:
            break
    return seconds / counted


def seconds_per_step(encoder: TrainableQueryEncoder, queries: Sequence[str], *, batch_size: int) -> float:
    """Time of a training step; the encoder stays as it is."""
    inputs = encoder.prepare(list(queries[: batch_size * (_STEPS + 1)]))
    encoder.begin_training()
    seconds = []
    try:
        for begin in range(0, len(inputs), batch_size):
            began = time.perf_counter()
            batch = {
                name: tensor.to(encoder.device)
                for name, tensor in encoder.collate(inputs[begin : begin + batch_size]).items()
            }
            vectors: torch.Tensor = encoder.network(**batch)
            vectors.square().sum().backward()  # type: ignore[no-untyped-call]
            seconds.append((time.perf_counter() - began) * batch_size / len(inputs[begin : begin + batch_size]))
        for weight in encoder.network.parameters():
            weight.grad = None
    finally:
        encoder.end_training()
    return sorted(seconds)[len(seconds) // 2]

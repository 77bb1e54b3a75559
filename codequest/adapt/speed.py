"""How fast teacher and training are on this machine, measured on a few texts that are needed anyway."""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Sequence

from codequest.encoders import TrainableQueryEncoder
from codequest.space import Side
from codequest.teachers import CachedTeacher, Teacher
from codequest.training import DistillationConfig, DistillationTrainer
from codequest.training.data_checks import DataWarning

_TEXTS = 1024  # at most
_FIRST = 16  # texts of the first batch; the next are longer while they take little time
_SHORT = 1.0  # seconds
_SECONDS = 5.0  # of measuring, if the first batch took less
_STEPS = 24  # of training
_LONGER = 1.15  # steps of minutes, when the processor is warm and memory in pieces, over those of seconds
_WARM = 4  # steps after which they take what they take


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


def seconds_per_step(
    encoder: TrainableQueryEncoder, teacher: Teacher, queries: Sequence[str], *, batch_size: int
) -> float:
    """Mean time of a training step, from a few real ones and a little more; the encoder is not to be used after them.

    Args:
        encoder: As it will be trained.
        teacher: Gives the targets of queries that it has embedded already; it embeds none for this.
        queries: Those that will be trained on.
        batch_size: Queries per step.
    """
    sample = list(queries[:_TEXTS])
    unknown = set(teacher.missing(sample, "query")) if isinstance(teacher, CachedTeacher) else set()
    known = [text for text in sample if text not in unknown]
    moments: list[float] = []

    def progress(description: str, done: int, total: int) -> None:  # noqa: ARG001
        if description == "training":
            moments.append(time.perf_counter())

    config = DistillationConfig(epochs=_STEPS * batch_size / len(known), batch_size=batch_size, evaluations=1)
    with tempfile.TemporaryDirectory(prefix="codequest-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # of so few queries
        trainer = DistillationTrainer(encoder, teacher, known, config=config, output_dir=folder, progress=progress)
        trainer.train()
    counted = moments[min(_WARM, len(moments) - 2) :]
    return _LONGER * (counted[-1] - counted[0]) / (len(counted) - 1)

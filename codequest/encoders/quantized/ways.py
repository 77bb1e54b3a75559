"""Ways to run a teacher's query side in lower precision, and which of them is the best on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import torch

from codequest.backbone.precision import runs
from codequest.errors import InvalidInputError
from codequest.runtimes import RUNTIMES, Runtime

QuantizedPrecision = Literal["int8", "nf4", "fp4", "bf16", "fp16"]
QuantizedRuntime = Literal["torch", Runtime]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run a teacher in lower precision.

    Attributes:
        runtime: What computes.
        precision: What the weights are stored in.
        why: What speaks for it on this machine, in a few words.
    """

    runtime: QuantizedRuntime
    precision: QuantizedPrecision
    why: str

    def __str__(self) -> str:
        return f"{self.runtime} {self.precision}"


def ways(precision: str, runtime: str, device: torch.device) -> list[Way]:
    """The ways that a caller's choice leaves, the best for one query on this machine first.

    Args:
        precision: One of `QuantizedPrecision`, or ``"auto"``.
        runtime: One of `QuantizedRuntime`, or ``"auto"``.
        device: Where it is to run.

    Raises:
        InvalidInputError: There is no such precision or runtime, or no way with both.
    """
    check_names(precision, runtime)
    every = list(_in_graphs() if device.type == "cpu" else ()) + list(_in_torch(device))
    left = [way for way in every if precision in ("auto", way.precision) and runtime in ("auto", way.runtime)]
    if not left:
        raise InvalidInputError(
            f"No way to run a teacher in {precision} with {runtime} on this {device.type}. "
            f"There are {', '.join(map(str, every))}."
        )
    return left


def check_names(precision: str, runtime: str = "auto") -> None:
    """Refuse what no machine has.

    Raises:
        InvalidInputError: There is no such precision or runtime.
    """
    for name, value, known in (("precision", precision, QuantizedPrecision), ("runtime", runtime, QuantizedRuntime)):
        if value not in ("auto", *get_args(known)):
            raise InvalidInputError(f"{name} must be one of auto, {', '.join(get_args(known))}, got {value!r}.")


def _in_graphs() -> Iterator[Way]:
    merits = [(row.name, merit) for row in RUNTIMES.values() for merit in row.load().merits()]
    for name, merit in sorted(merits, key=lambda item: item[1].place):
        yield Way(name, merit.precision, merit.why)


def _in_torch(device: torch.device) -> Iterator[Way]:
    halves: tuple[Literal["bf16", "fp16"], ...] = ("bf16", "fp16")
    for half in halves:
        if runs(half, device):
            yield Way("torch", half, f"this {device.type} computes in {half}")
    yield Way("torch", "int8", "a quarter of the bytes, in bitsandbytes")
    yield Way("torch", "nf4", "an eighth of the bytes, in bitsandbytes")
    yield Way("torch", "fp4", "an eighth of the bytes, in bitsandbytes")
    for half in halves:
        if not runs(half, device):  # whoever asks for it is told why not
            yield Way("torch", half, f"this {device.type} only emulates {half}")

"""Number formats that a device really runs."""

from __future__ import annotations

import math
import os
import time
from functools import cache
from typing import Literal

import torch
from torch.nn import functional

from codequest.errors import InvalidInputError, PrecisionNotSupportedError

Precision = Literal["fp32", "bf16", "fp16"]

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

_TRIED = ((512, 768), (3072, 768))  # inputs and weight of a layer of a usual model
_TRIES = 6


def choose_device(name: str | None) -> torch.device:
    """The device of this name; without one this process's own GPU, or the CPU when there is none.

    Raises:
        InvalidInputError: No such device on this machine.
    """
    if name is None:
        gpu = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        return gpu if torch.cuda.is_available() else torch.device("cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, ImportError) as error:
        reason = str(error).splitlines()[0].split(". ")[0].rstrip(".")
        raise InvalidInputError(
            f"There is no device {name!r} here: {reason}. Expected 'cpu', or 'cuda' with a GPU."
        ) from error
    return device


def runs(precision: Precision, device: torch.device) -> bool:
    """Tell whether the device multiplies matrices of this precision in hardware."""
    if precision == "fp32":
        return True
    if device.type == "cuda":
        return precision == "fp16" or torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":
        # oneDNN also accepts half precision on CPUs that only emulate it, many times slower than fp32.
        capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
        names = ("avx512_bf16", "amx_bf16", "bf16") if precision == "bf16" else ("avx512_fp16", "amx_fp16", "fp16")
        return any(capabilities.get(name) for name in names)
    return False


def refuse_unsupported(precision: Precision, device: torch.device) -> None:
    """Refuse a precision that this device would only emulate.

    Raises:
        PrecisionNotSupportedError: Names the precisions that the device does run.
    """
    if not runs(precision, device):
        possible = ", ".join(name for name in DTYPES if runs(name, device))  # type: ignore[arg-type]
        raise PrecisionNotSupportedError(
            f"This {device.type} does not run {precision} in hardware and would be slower than fp32. "
            f"It runs {possible}; int8, nf4 and fp4 need no hardware support."
        )


def faithful_half(device: torch.device) -> Precision:
    """The fastest precision that keeps a teacher's vectors: bf16 where it is real and faster, otherwise fp32."""
    return "bf16" if runs("bf16", device) and (device.type != "cpu" or gains_from_bf16()) else "fp32"


@cache
def gains_from_bf16() -> bool:
    """Tell whether this CPU multiplies faster in bf16: with AVX-512 alone, some need twice the time of fp32."""
    full = [torch.ones(shape) for shape in _TRIED]  # no random numbers: whoever set a seed has theirs
    half = [matrix.bfloat16() for matrix in full]
    best = {torch.float32: math.inf, torch.bfloat16: math.inf}
    for _ in range(_TRIES):  # in turn, so that what else runs here slows both; the first is slow in either
        for inputs, weight in (full, half):
            began = time.perf_counter()
            functional.linear(inputs, weight)
            best[inputs.dtype] = min(best[inputs.dtype], time.perf_counter() - began)
    return best[torch.bfloat16] < best[torch.float32]

"""Keeps transformers and bitsandbytes from writing to the screen of whoever loads a model."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_BITSANDBYTES = ("bitsandbytes.autograd._functions", "bitsandbytes.backends.cpu.ops")


def quiet_bitsandbytes() -> None:
    """Have bitsandbytes, which peft imports, log errors alone.

    It reports on import a kernel that it can do without, and then every cast of every layer of every query.
    """
    for name in _BITSANDBYTES:
        logging.getLogger(name).setLevel(logging.ERROR)


@contextmanager
def without_bars() -> Iterator[None]:
    """No bar for weights, which are on this machine and load within seconds; where bars were, they are again."""
    from transformers.utils import logging as transformers_logging

    if not transformers_logging.is_progress_bar_enabled():
        yield
        return
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]

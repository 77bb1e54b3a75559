"""Forks: the threads that compute with a model are not in a child, and what waits for them there waits for ever."""

from __future__ import annotations

import os
import sys

from codequest.errors import ForkError

_SINGLE = ("exported",)  # kinds whose runtimes have threads of their own, whatever torch has


class _Threads:
    used = False
    lost = False


def _forked() -> None:
    _Threads.lost = _Threads.lost or _Threads.used


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def use_threads(kind: str) -> None:
    """Note that an encoder computes with threads in this process.

    Args:
        kind: That of the encoder.

    Raises:
        ForkError: This process was forked from one that had done so, and torch has more than one thread.
    """
    if _Threads.lost and (kind in _SINGLE or _torch_threads() != 1):
        raise ForkError(
            f"This process was forked from one in which an encoder had embedded queries, and the threads that a {kind} "
            "encoder computes with are not in it: it would wait for ever. Load encoders after the fork (gunicorn "
            'without --preload), start processes with multiprocessing.get_context("spawn"), call '
            "torch.set_num_threads(1) first, or use a static encoder, which needs no threads."
        )
    _Threads.used = True


def _torch_threads() -> int:
    torch = sys.modules.get("torch")
    return torch.get_num_threads() if torch is not None else 0

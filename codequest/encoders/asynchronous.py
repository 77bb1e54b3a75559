"""Encoding for services that run on asyncio: in a thread, so that others are answered meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TYPE_CHECKING

from codequest.space import Vectors

if TYPE_CHECKING:
    from codequest.encoders.base import QueryEncoder

_AT_ONCE = 2  # encoders compute with several threads themselves; what comes later waits


class _Cancelled(Exception):  # noqa: N818  nobody gets to see it
    """Nobody waits for the vectors any more."""


async def encode_soon(encoder: QueryEncoder, queries: str | Sequence[str], batch_size: int) -> Vectors:
    """See `QueryEncoder.aencode`."""
    cancelled = threading.Event()

    def report(*_: object) -> None:
        if cancelled.is_set():
            raise _Cancelled

    encode = partial(encoder.encode, queries, batch_size=batch_size, progress=report)
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads(), encode)
    except asyncio.CancelledError:
        cancelled.set()
        raise


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="codequest-encode")

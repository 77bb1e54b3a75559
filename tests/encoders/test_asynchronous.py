"""Encoding while an event loop goes on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from codequest.encoders import QueryEncoder
from codequest.errors import InvalidInputError
from codequest.space import Vectors


async def test_the_vectors_are_those_of_encode(static: QueryEncoder) -> None:
    queries = ["load an entry", "parse a date", "read a file"]
    np.testing.assert_array_equal(await static.aencode(queries, batch_size=2), static.encode(queries, batch_size=2))
    np.testing.assert_array_equal(await static.aencode(queries[0]), static.encode(queries[0]))
    with pytest.raises(InvalidInputError, match="queries"):
        await static.aencode([""])


async def test_the_loop_goes_on_and_two_compute_at_once(static: QueryEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    own, may_go, lock = static.embed_batch, threading.Event(), threading.Lock()
    running, most = 0, 0

    def embed(queries: Sequence[str]) -> Vectors:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        may_go.wait(30)
        with lock:
            running -= 1
        return own(queries)

    monkeypatch.setattr(static, "embed_batch", embed)
    waiting = [asyncio.create_task(static.aencode(f"query {number}")) for number in range(5)]
    while running < 2:
        await asyncio.sleep(0.01)  # which it could not if they held the loop
    assert not any(task.done() for task in waiting)
    may_go.set()
    assert [vector.shape for vector in await asyncio.gather(*waiting)] == [(static.space.dim,)] * 5
    assert most == 2


async def test_what_is_cancelled_ends_after_its_batch(static: QueryEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    own, begun, may_go, seen = static.embed_batch, threading.Event(), threading.Event(), []

    def embed(queries: Sequence[str]) -> Vectors:
        seen.append(list(queries))
        begun.set()
        may_go.wait(30)
        return own(queries)

    monkeypatch.setattr(static, "embed_batch", embed)
    task = asyncio.create_task(static.aencode(["a", "b", "c"], batch_size=1))
    while not begun.is_set():
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    may_go.set()
    monkeypatch.undo()
    assert (await static.aencode("after it")).shape == (static.space.dim,)
    assert len(seen) == 1

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import numpy as np
import pytest

from codequest.integrations.server.batching import Batcher, Embedded, OverloadedError
from codequest.integrations.server.limits import Limits
from codequest.space import Vectors
from tests.evaluation.tables import TableEncoder


class Numbers(TableEncoder):
    """The number that a text is, as a vector; every batch is kept."""

    def __init__(self, *, batch_invariant: bool = True) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self._invariant = batch_invariant

    @property
    def batch_invariant(self) -> bool:
        return self._invariant

    def embed_batch(self, queries: Sequence[str]) -> Vectors:
        self.batches.append(list(queries))
        if "broken" in queries:
            raise MemoryError("too long")
        return np.array([[float(text)] * self.space.dim for text in queries], dtype=np.float32)


def batched(encoder: Numbers, ask: Callable[[Batcher], Coroutine[Any, Any, Any]], **limits: Any) -> Any:
    async def run() -> Any:
        batcher = Batcher(encoder, Limits(**limits), observe=lambda _: None)
        task = asyncio.create_task(batcher.run())
        try:
            return await ask(batcher)
        finally:
            task.cancel()
            batcher.close()

    return asyncio.run(run())


def first_numbers(embedded: Embedded) -> list[float]:
    return [float(vector[0]) for vector in embedded.vectors]


def test_requests_that_come_together_share_a_batch_and_get_their_own_vectors() -> None:
    async def ask(batcher: Batcher) -> list[Embedded]:
        return await asyncio.gather(batcher.embed(["1", "2"]), batcher.embed(["3"]), batcher.embed(["4", "5"]))

    encoder = Numbers()
    assert [first_numbers(one) for one in batched(encoder, ask, max_batch=8)] == [[1, 2], [3], [4, 5]]
    assert sorted(encoder.batches[0]) == ["1", "2", "3", "4", "5"]
    assert len(encoder.batches) == 1


def test_no_batch_is_larger_than_allowed() -> None:
    async def ask(batcher: Batcher) -> list[Embedded]:
        return await asyncio.gather(batcher.embed(["1", "2"]), batcher.embed(["3", "4", "5", "6", "7"]))

    encoder = Numbers()
    assert [first_numbers(one) for one in batched(encoder, ask, max_batch=3)] == [[1, 2], [3, 4, 5, 6, 7]]
    assert [sorted(batch) for batch in encoder.batches] == [["1", "2"], ["3", "4", "5"], ["6", "7"]]


def test_one_query_does_not_wait_for_somebody_elses_many() -> None:
    async def ask(batcher: Batcher) -> list[str]:
        finished = []

        async def one(name: str, texts: list[str]) -> None:
            await batcher.embed(texts)
            finished.append(name)

        many = asyncio.create_task(one("many", [str(number) for number in range(400)]))
        while not encoder.batches:
            await asyncio.sleep(0)
        await asyncio.gather(many, one("single", ["7"]))
        return finished

    encoder = Numbers()
    assert batched(encoder, ask, max_batch=4) == ["single", "many"]


def test_a_short_query_passes_long_ones_that_came_before() -> None:
    async def ask(batcher: Batcher) -> list[str]:
        finished = []

        async def one(text: str) -> None:
            await batcher.embed([text])
            finished.append(text.strip())

        await asyncio.gather(*(one(f"{number:09000}") for number in range(3)), one("7"), one("8"))
        return finished

    finished = batched(Numbers(), ask)
    assert finished[:2] == ["7", "8"]
    assert [float(text) for text in finished[2:]] == [0, 1, 2]


def test_no_long_query_waits_for_ever() -> None:
    async def ask(batcher: Batcher) -> int:
        passed = 0

        async def ask_on() -> None:
            nonlocal passed
            while not long.done():
                await batcher.embed(["7"])
                passed += 1

        first = asyncio.create_task(batcher.embed(["7"]))
        long = asyncio.create_task(batcher.embed(["1" + " " * 9000]))
        await asyncio.gather(first, ask_on(), ask_on(), ask_on())
        return passed

    assert 4 < batched(Numbers(), ask, max_batch=1) < 40  # 4,096 characters are 8 times what a short query counts


def test_pieces_and_batches_are_limited_by_characters() -> None:
    async def ask(batcher: Batcher) -> list[Embedded]:
        return await asyncio.gather(*(batcher.embed(["7" + " " * 2999] * 5) for _ in range(2)))

    encoder = Numbers()
    assert [first_numbers(one) for one in batched(encoder, ask)] == [[7] * 5, [7] * 5]
    assert max(sum(map(len, batch)) for batch in encoder.batches) <= 8192


def test_what_nobody_waits_for_is_not_embedded() -> None:
    async def ask(batcher: Batcher) -> int:
        given_up = asyncio.create_task(batcher.embed(["7"] * 500))
        kept = asyncio.create_task(batcher.embed(["8"] * 3))
        await asyncio.sleep(0)
        assert batcher.waiting == 503
        given_up.cancel()
        await kept
        return batcher.waiting

    encoder = Numbers()
    assert batched(encoder, ask, max_batch=4) == 0
    assert [text for batch in encoder.batches for text in batch if text == "8"] == ["8"] * 3
    assert sum(map(len, encoder.batches)) < 20


def test_who_fails_fails_alone() -> None:
    async def ask(batcher: Batcher) -> list[Any]:
        asked = (batcher.embed(texts) for texts in (["1"], ["broken", "2"], ["3"]))
        return await asyncio.gather(*asked, return_exceptions=True)

    first, failed, last = batched(Numbers(), ask)
    assert (first_numbers(first), first_numbers(last)) == ([1], [3])
    assert isinstance(failed, MemoryError)


def test_an_encoder_whose_vectors_depend_on_the_batch_gets_one_query_at_a_time() -> None:
    async def ask(batcher: Batcher) -> list[Embedded]:
        return await asyncio.gather(batcher.embed(["1", "2"]), batcher.embed(["3"]))

    encoder = Numbers(batch_invariant=False)
    assert [first_numbers(one) for one in batched(encoder, ask)] == [[1, 2], [3]]
    assert sorted(encoder.batches) == [["1"], ["2"], ["3"]]


def test_more_than_may_wait_is_refused() -> None:
    async def ask(batcher: Batcher) -> list[Any]:
        asked = (batcher.embed(["1"] * count) for count in (6, 5))
        return await asyncio.gather(*asked, return_exceptions=True)

    answered, refused = batched(Numbers(), ask, waiting=10)
    assert len(answered.vectors) == 6
    assert isinstance(refused, OverloadedError)
    with pytest.raises(OverloadedError, match=r"6 queries are waiting already. Try again later"):
        raise refused

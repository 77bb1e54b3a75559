"""Batcher: concurrent requests share forward passes."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from codequest.encoders import QueryEncoder
from codequest.errors import CodequestError
from codequest.integrations.server.limits import Limits
from codequest.space import Vectors


class OverloadedError(CodequestError, RuntimeError):
    """More queries are waiting than the server holds."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Result of the texts of a request.

    Attributes:
        vectors: (n, dim), in the order of the texts.
        tokens: How many tokens the texts have.
    """

    vectors: Vectors
    tokens: int


@dataclass(order=True, slots=True)
class _Piece:
    """Some texts of one request, at most a batch of them; the piece with the lowest turn comes first."""

    turn: int
    number: int
    texts: Sequence[str] = field(compare=False)
    result: asyncio.Future[Embedded] = field(compare=False)


class Batcher:
    """One inference thread, fed with what several requests ask at about the same time.

    Long requests are cut into batches that take turns with those of other requests: a request for one query does not
    wait for another one's thousand. Queries that arrive while a batch is computed form the next one.

    Args:
        encoder: Used by the inference thread only.
        limits: Limits of batches and of waiting queries.
        observe: Called with the number of queries of every batch.
    """

    def __init__(self, encoder: QueryEncoder, limits: Limits, *, observe: Callable[[int], None]) -> None:
        self._encoder = encoder
        self._limits = limits
        self._observe = observe
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inference")
        self._pieces: list[_Piece] = []
        self._arrived = asyncio.Event()
        self._numbers = itertools.count()
        self._turn = 0

    @property
    def waiting(self) -> int:
        """Number of queries that wait for their batch."""
        return sum(len(piece.texts) for piece in self._pieces)

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed the texts of a request, perhaps together with those of others.

        Args:
            texts: Checked, at least one.

        Raises:
            OverloadedError: Too many queries are waiting already.
        """
        if self.waiting + len(texts) > self._limits.waiting:
            raise OverloadedError(f"{self.waiting:,} queries are waiting already. Try again later.")
        step, loop = self._limits.max_batch, asyncio.get_running_loop()
        pieces = [
            _Piece(self._turn + position, next(self._numbers), texts[start : start + step], loop.create_future())
            for position, start in enumerate(range(0, len(texts), step))
        ]
        for piece in pieces:
            heapq.heappush(self._pieces, piece)
        self._arrived.set()
        results = await asyncio.gather(*(piece.result for piece in pieces))
        return Embedded(np.concatenate([one.vectors for one in results]), sum(one.tokens for one in results))

    async def run(self) -> None:
        """Embed what arrives, until cancelled."""
        loop, crowded = asyncio.get_running_loop(), False
        while True:
            await self._arrived.wait()
            if crowded:
                await asyncio.sleep(self._limits.window)
            batch = self._take()
            crowded = len(batch) > 1 or bool(self._pieces)
            outcomes = await loop.run_in_executor(self._thread, self._embed_together, batch)
            for piece, outcome in zip(batch, outcomes, strict=True):
                if piece.result.done():  # its request was cancelled
                    continue
                if isinstance(outcome, Embedded):
                    piece.result.set_result(outcome)
                else:
                    piece.result.set_exception(outcome)

    def close(self) -> None:
        """End the inference thread."""
        self._thread.shutdown()

    def _take(self) -> list[_Piece]:
        """The pieces whose turn it is, as many as one batch holds."""
        batch, room = [], self._limits.max_batch
        while self._pieces and len(self._pieces[0].texts) <= room:
            piece = heapq.heappop(self._pieces)
            room -= len(piece.texts)
            batch.append(piece)
        self._turn += 1
        if not self._pieces:
            self._arrived.clear()
        return batch

    def _embed_together(self, batch: Sequence[_Piece]) -> list[Embedded | Exception]:
        """Result of every piece; one that fails fails alone."""
        texts = [text for piece in batch for text in piece.texts]
        try:
            size = self._limits.max_batch if self._encoder.batch_invariant else 1
            vectors = self._encoder.encode(texts, batch_size=size)
            counts = self._encoder.token_counts(texts)
        except Exception as error:  # any error of a runtime goes to the request that caused it
            if len(batch) == 1:
                return [error]
            return [outcome for piece in batch for outcome in self._embed_together([piece])]
        self._observe(len(texts))
        ends = list(itertools.accumulate(len(piece.texts) for piece in batch))
        bounds = zip([0, *ends[:-1]], ends, strict=True)
        return [Embedded(vectors[start:end], sum(counts[start:end])) for start, end in bounds]

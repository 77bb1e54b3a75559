"""Batcher: concurrent requests share forward passes."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from codequest.encoders import QueryEncoder
from codequest.errors import CodequestError
from codequest.integrations.server.limits import Limits
from codequest.space import Vectors

_BATCH_CHARACTERS = 8192  # about 2,000 tokens: a forward pass of some 50 ms, for which a short query may have to wait
_TEXT_CHARACTERS = 4096  # of a longer text a model reads no more than this, more or less
_LEAST_TEXT, _LEAST_PIECE = 128, 512  # a short text, and a forward pass, cost as much as so many characters


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
    """Some texts of one request, at most a batch of them; the piece with the lowest turn comes first.

    Attributes:
        turn: Characters that every request at work may have been given by the time this piece is done: fair queueing
            (Golestani, 1994), in which a short request passes long ones and no request waits for ever.
        number: In the order of arrival, where turns are equal.
        texts: At least one.
        characters: How many of them a model reads.
        result: Of these texts.
    """

    turn: int
    number: int
    texts: Sequence[str] = field(compare=False)
    characters: int = field(compare=False)
    result: asyncio.Future[Embedded] = field(compare=False)


class Batcher:
    """One inference thread, fed with what several requests ask at about the same time.

    Long requests are cut into pieces, by number and by characters, that take turns with those of other requests: a
    short query does not wait for another request's thousand, nor for its longest. Queries that arrive while a batch is
    computed form the next one.

    Args:
        encoder: Used by the inference thread only.
        limits: Limits of batches and of waiting queries.
        observe: Called with the number of queries of every batch.

    Attributes:
        waiting: Number of queries that wait for their vectors.
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
        self.waiting = 0

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed the texts of a request, perhaps together with those of others.

        Args:
            texts: Checked, at least one.

        Raises:
            OverloadedError: Too many queries are waiting already.
        """
        if self.waiting + len(texts) > self._limits.waiting:
            raise OverloadedError(f"{self.waiting:,} queries are waiting already. Try again later.")
        pieces = self._cut(texts)
        for piece in pieces:
            heapq.heappush(self._pieces, piece)
        self.waiting += len(texts)
        self._arrived.set()
        try:
            results = await asyncio.gather(*(piece.result for piece in pieces))
        finally:  # also of a request that is given up, whose pieces are then passed over
            self.waiting -= len(texts)
        return Embedded(np.concatenate([one.vectors for one in results]), sum(one.tokens for one in results))

    def _cut(self, texts: Sequence[str]) -> list[_Piece]:
        loop, pieces, turn = asyncio.get_running_loop(), [], self._turn
        for start, end in _spans([_characters(text) for text in texts], self._limits.max_batch):
            part = texts[start:end]
            turn += max(_LEAST_PIECE, sum(max(_LEAST_TEXT, _characters(text)) for text in part))
            characters = sum(map(_characters, part))
            pieces.append(_Piece(turn, next(self._numbers), part, characters, loop.create_future()))
        return pieces

    async def run(self) -> None:
        """Embed what arrives, until cancelled."""
        loop, crowded = asyncio.get_running_loop(), False
        while True:
            await self._arrived.wait()
            if crowded:
                await asyncio.sleep(self._limits.window)
            batch = self._take()
            crowded = len(batch) > 1 or bool(self._pieces)
            if not batch:
                continue
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
        batch: list[_Piece] = []
        room, characters = self._limits.max_batch, _BATCH_CHARACTERS
        while self._pieces:
            first = self._pieces[0]
            if not first.result.done():  # otherwise its request was given up
                if batch and (len(first.texts) > room or first.characters > characters):
                    break
                room, characters = room - len(first.texts), characters - first.characters
                batch.append(first)
                self._turn = max(self._turn, first.turn)
            heapq.heappop(self._pieces)
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


def _characters(text: str) -> int:
    return min(len(text), _TEXT_CHARACTERS)


def _spans(sizes: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Begin and end of consecutive texts that fit into one batch."""
    begin, total = 0, 0
    for position, size in enumerate(sizes):
        if position > begin and (position - begin == most or total + size > _BATCH_CHARACTERS):
            yield begin, position
            begin, total = position, 0
        total += size
    yield begin, len(sizes)

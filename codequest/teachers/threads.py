"""Batches embedded in several threads at once, for teachers that wait for an answer rather than compute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from codequest.space import Vectors


def as_they_come(
    embed: Callable[[list[int]], Vectors],
    batches: Iterable[list[int]],
    *,
    threads: int,
    skip: Callable[[list[int]], bool],
    stop: Callable[[], None],
) -> Iterator[tuple[list[int], Vectors | None]]:
    """Each batch with its vectors as soon as they are there; None for a batch that was skipped.

    Args:
        embed: Gives the vectors of a batch; called in the threads.
        batches: Batches to embed, begun in this order.
        threads: Most batches under way at once; with one, everything happens in the calling thread.
        skip: Asked in the calling thread, right before a batch is begun.
        stop: Called once when a batch has failed, when the user interrupts, or when nobody takes further batches.

    Raises:
        BaseException: The error of the first failing batch, after every batch that was under way has come.
    """
    if threads == 1:
        for batch in batches:
            yield batch, None if skip(batch) else embed(batch)
        return
    pool = ThreadPoolExecutor(threads, thread_name_prefix="codequest-teacher")
    try:
        yield from _collected(pool, embed, iter(batches), threads=threads, skip=skip, stop=stop)
    except GeneratorExit:
        stop()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _collected(
    pool: ThreadPoolExecutor,
    embed: Callable[[list[int]], Vectors],
    waiting: Iterator[list[int]],
    *,
    threads: int,
    skip: Callable[[list[int]], bool],
    stop: Callable[[], None],
) -> Iterator[tuple[list[int], Vectors | None]]:
    running: dict[Future[Vectors], list[int]] = {}
    failure: BaseException | None = None
    while True:
        while failure is None and len(running) < threads and (batch := next(waiting, None)) is not None:
            if skip(batch):
                yield batch, None
            else:
                running[pool.submit(embed, batch)] = batch
        if not running:
            break
        try:
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
        except KeyboardInterrupt as interrupt:
            if failure is not None:  # asked twice: at once, then
                raise
            failure = interrupt  # batches under way may be paid for already: they are still taken
            stop()
            continue
        for future in finished:
            batch = running.pop(future)
            error = future.exception()
            if error is None:
                yield batch, future.result()
            elif failure is None:
                failure = error
                stop()
    if failure is not None:
        raise failure

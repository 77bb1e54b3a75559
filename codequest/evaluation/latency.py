"""Time of one query, measured fairly: interleaved, after a warm-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter_ns
from typing import Any, NamedTuple

import numpy as np

from codequest.errors import InvalidInputError
from codequest.progress import Progress, silent
from codequest.texts import counted

_WARMUP_QUERIES = 5
_MOST_SECONDS = 30
_LEAST_TURNS = 5


class Latency(NamedTuple):
    """Milliseconds for one query.

    Attributes:
        p50_ms: Median.
        p95_ms: 95th percentile.
        queries: How many different queries were timed.
    """

    p50_ms: float
    p95_ms: float
    queries: int


def measure_latency(
    encoders: Mapping[str, Callable[[str], Any]],
    queries: Sequence[str],
    *,
    repeats: int = 3,
    most_seconds: float = _MOST_SECONDS,
    progress: Progress = silent,
) -> dict[str, Latency]:
    """Time every encoder on every query, one query at a time.

    The encoders take turns query by query, so that a busy machine slows all of them; the first one rotates. Where
    that takes long, as with a large teacher on a CPU, the last queries and repeats are left out.

    Args:
        encoders: By name, what embeds one query.
        queries: What to embed; the first five also warm every encoder up.
        repeats: How often every query is timed.
        most_seconds: After so long nothing more is timed, but at least five queries.
        progress: Called after every query.

    Returns:
        Latency by name, over queries × repeats timings, or those that there was time for.

    Raises:
        InvalidInputError: No encoder, no query, or no repeat.
    """
    if not encoders or not queries or repeats < 1:
        raise InvalidInputError(
            f"Latency needs an encoder, a query and a repeat; got {counted(len(encoders), 'encoder')}, "
            f"{counted(len(queries), 'query')} and {counted(repeats, 'repeat')}."
        )
    until = perf_counter_ns() + most_seconds * 1e9
    for position, query in enumerate(queries[:_WARMUP_QUERIES]):
        if position == 0 or perf_counter_ns() < until:
            for encode in encoders.values():
                encode(query)
    names, turns = list(encoders), repeats * len(queries)
    timings: dict[str, list[int]] = {name: [] for name in names}
    for turn in range(turns):
        if turn >= _LEAST_TURNS and perf_counter_ns() >= until:
            break
        repeat, position = divmod(turn, len(queries))
        first = (repeat + position) % len(names)
        for name in names[first:] + names[:first]:
            start = perf_counter_ns()
            encoders[name](queries[position])
            timings[name].append(perf_counter_ns() - start)
        progress("measuring latency", turn + 1, turns)
    return {name: _summary(nanoseconds, len(queries)) for name, nanoseconds in timings.items()}


def _summary(nanoseconds: Sequence[int], queries: int) -> Latency:
    p50, p95 = np.percentile(nanoseconds, [50, 95]) / 1e6
    return Latency(float(p50), float(p95), min(len(nanoseconds), queries))

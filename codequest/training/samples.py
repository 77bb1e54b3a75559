"""Query lists and seeded validation splits."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from codequest.data.query_files import load_queries, normal_form

__all__ = ["hold_out", "load_queries", "normal_form", "sample", "shuffled", "without"]


def hold_out(
    queries: Sequence[str], *, share: float = 0.02, at_most: int = 1000, seed: int = 0
) -> tuple[list[str], list[str]]:
    """Split queries into training and validation.

    Args:
        queries: Distinct queries.
        share: Share of the queries to hold out; at least one, if there are two.
        at_most: Most queries to hold out.
        seed: Decides which queries are held out.

    Returns:
        Training and validation queries, each in the order given.
    """
    count = min(at_most, max(1, round(share * len(queries)))) if len(queries) > 1 else 0
    held = set(random.Random(seed).sample(range(len(queries)), count))
    training = [query for position, query in enumerate(queries) if position not in held]
    return training, [query for position, query in enumerate(queries) if position in held]


def without(queries: Sequence[str], excluded: Iterable[str]) -> list[str]:
    """The queries that are not, in `normal_form`, among the excluded ones, such as those that are measured on."""
    known = {normal_form(query) for query in excluded}
    return [query for query in queries if normal_form(query) not in known]


def shuffled(queries: Sequence[str], *, seed: int = 0) -> list[str]:
    """The queries in a random order: its first n are a sample, and a part of every longer one."""
    order = list(queries)
    random.Random(seed).shuffle(order)
    return order


def sample(queries: Sequence[str], count: int | None, *, seed: int = 0) -> list[str]:
    """So many of the queries, drawn at random by the seed, in the order given; all of them for None or too many."""
    if count is None or count >= len(queries):
        return list(queries)
    chosen = sorted(random.Random(seed).sample(range(len(queries)), count))
    return [queries[position] for position in chosen]

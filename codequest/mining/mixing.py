"""Choice among the queries that were found: shares of their origins, and their number."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from codequest.errors import InvalidInputError
from codequest.mining.derived import ORIGINS, DerivedQuery

_MOST = {"names": 0.25, "identifiers": 0.0}
"""Largest share of an origin without a weight: a codebase has more names than everything else together."""


def check_weights(weights: Mapping[str, float]) -> None:
    """Refuse shares that cannot be.

    Raises:
        InvalidInputError: An unknown origin, a share outside 0 to 1, or a sum above 1, or below 1 with no origin left.
    """
    unknown = [origin for origin in weights if origin not in ORIGINS]
    if unknown:
        raise InvalidInputError(
            f"There is no origin of queries {unknown[0]!r} to weigh. Origins: {', '.join(ORIGINS)}."
        )
    for origin, share in weights.items():
        if not 0 <= share <= 1:
            raise InvalidInputError(f"The weight of {origin} is {share:g}. Expected its share of the queries, 0 to 1.")
    total = sum(weights.values())
    if total > 1 + 1e-6:
        raise InvalidInputError(
            f"The weights {_listed(weights)} add up to {total:g}. A weight is the share of an origin in all queries: "
            "expected at most 1 together; origins without one share the rest."
        )


def mix(
    queries: Sequence[DerivedQuery], weights: Mapping[str, float], *, limit: int | None, seed: int
) -> list[DerivedQuery]:
    """Draw the queries so that every weighted origin has its share.

    As many as possible are drawn: the origin that is scarcest for its share limits them all. Origins without a weight
    keep the proportion in which they were found, but names are at most a quarter where there are others.

    Args:
        queries: Distinct queries.
        weights: Share of the result by origin; 0 leaves an origin out.
        limit: Most queries to draw.
        seed: Decides which.

    Returns:
        The drawn ones in the order given.

    Raises:
        InvalidInputError: No query of a weighted origin was found, or the shares leave a part that no origin fills.
    """
    found = _capped(Counter(query.origin for query in queries), weights)
    counts = _counts(found, weights, limit)
    positions: dict[str, list[int]] = defaultdict(list)
    for position, query in enumerate(queries):
        positions[query.origin].append(position)
    draw = random.Random(seed)
    chosen = sorted(place for origin in sorted(counts) for place in draw.sample(positions[origin], counts[origin]))
    return [queries[position] for position in chosen]


def _capped(found: Counter[str], weights: Mapping[str, float]) -> Counter[str]:
    """Number that may be drawn of every origin."""
    capped = Counter(found)
    for origin, share in _MOST.items():
        others = sum(count for other, count in found.items() if other not in _MOST)
        if origin not in weights and others:
            capped[origin] = min(found[origin], int(share / (1 - share) * others))
    return +capped


def _counts(found: Counter[str], weights: Mapping[str, float], limit: int | None) -> dict[str, int]:
    """Number to draw of every origin."""
    missing = [origin for origin, share in weights.items() if share > 0 and not found[origin]]
    if missing:
        raise InvalidInputError(
            f"{missing[0]} has the weight {weights[missing[0]]:g}, but no query of that origin was found "
            f"({ORIGINS[missing[0]]}). Found: {_listed(found) or 'nothing'}. Leave its weight out, or add a "
            "source of it."
        )
    free = {origin: count for origin, count in found.items() if origin not in weights}
    left = 1 - sum(weights.values())
    if left > 1e-6 and not free:
        raise InvalidInputError(
            f"The weights {_listed(weights)} add up to {1 - left:g}, and there is no other origin to fill the rest: "
            "make them add up to 1."
        )
    rooms = [found[origin] / share for origin, share in weights.items() if share > 0]
    if left > 1e-6:
        rooms.append(sum(free.values()) / left)
    total = min([*rooms, sum(found.values()), *([limit] if limit is not None else [])])
    shares = dict(weights)
    if left > 1e-6:
        shares |= {origin: left * count / sum(free.values()) for origin, count in free.items()}
    return _rounded({origin: total * share for origin, share in shares.items() if share > 0}, found)


def _rounded(wanted: Mapping[str, float], found: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers with the same sum, none above what was found; the largest remainders are rounded up."""
    counts = {origin: min(found[origin], int(value + 1e-9)) for origin, value in wanted.items()}
    by_remainder = sorted(wanted, key=lambda origin: (counts[origin] - wanted[origin], origin))
    for origin in by_remainder[: round(sum(wanted.values())) - sum(counts.values())]:
        counts[origin] = min(found[origin], counts[origin] + 1)
    return counts


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in values.items() if value)

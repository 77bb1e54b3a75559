"""Hits of a ranking, as the files are now."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from codequest.search.hits import SearchHit
from codequest.search.query.request import SearchRequest
from codequest.search.query.required import with_matches
from codequest.search.ranking import Ranking
from codequest.search.snapshot import Snapshot

_MOST_TIMES = 8  # as many hits as asked for are looked at, where some are gone


def best_hits(
    snapshot: Snapshot, ranked: Callable[..., Ranking], request: SearchRequest, root: Path, changed: Collection[str]
) -> list[SearchHit]:
    """The best hits of what ``ranked(limit=…)`` gives; more are ranked where some are gone from changed files."""
    wanted = limit = request.limit
    while True:
        hits = _hits(snapshot, ranked(limit=wanted))
        found = hits
        if changed:
            from codequest.search.freshness.current_lines import shown_as_now

            found = list(shown_as_now(root, hits, changed))
        if request.quoted:
            found = [hit for hit in (with_matches(hit, request.quoted) for hit in found) if hit is not None]
        if len(found) >= limit or len(hits) < wanted or wanted >= _MOST_TIMES * limit:
            return found[:limit]
        wanted *= 2


def _hits(snapshot: Snapshot, ranking: Ranking) -> list[SearchHit]:
    positions = ranking.positions.tolist()
    texts, columns = snapshot.texts(positions), snapshot.columns.items()
    found = zip(positions, ranking.scores.tolist(), texts, strict=True)
    return [
        SearchHit(**{name: of[place] for name, of in columns}, text=text, score=score) for place, score, text in found
    ]

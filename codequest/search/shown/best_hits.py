"""Hits of a ranking, as the files are now."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from codequest.search.hits import SearchHit
from codequest.search.query.request import SearchRequest
from codequest.search.query.required import with_matches
from codequest.search.query.text_pattern import PatternClock
from codequest.search.signals.fusion import Ranking
from codequest.search.snapshot import Snapshot

_TIMES = (1, 2, 4, 8)  # as many hits as asked for are looked at, where some are gone


def best_hits(
    snapshot: Snapshot,
    ranked: Callable[..., Ranking],
    request: SearchRequest,
    *,
    clock: PatternClock | None,
    root: Path,
    changed: Collection[str],
) -> list[SearchHit]:
    """The best hits of what ``ranked(limit=…)`` gives; more are ranked where some are gone from changed files.

    Args:
        snapshot: Where the chunks are.
        ranked: What ranks as many as it is asked for.
        request: What is asked for.
        clock: That of its regular expression.
        root: The indexed folder.
        changed: Files that may have changed since they were indexed.
    """
    end = request.offset + request.limit
    for times in _TIMES:
        wanted = request.offset + times * request.limit
        ranking = ranked(limit=wanted)
        found = hits = _hits(snapshot, ranking, 0 if changed else request.offset)
        if changed:
            from codequest.search.freshness.current_lines import shown_as_now

            found = list(shown_as_now(root, hits, changed))
        if request.requires:
            found = [hit for hit in (with_matches(hit, request.quoted, clock) for hit in found) if hit is not None]
        if not changed:
            return found
        if len(found) >= end or len(hits) < wanted:
            break
    return found[request.offset : end]


def _hits(snapshot: Snapshot, ranking: Ranking, offset: int) -> list[SearchHit]:
    positions = ranking.positions[offset:].tolist()
    texts, columns = snapshot.texts(positions), snapshot.columns.items()
    found = zip(positions, ranking.scores[offset:].tolist(), texts, strict=True)
    return [
        SearchHit(**{name: of[place] for name, of in columns}, text=text, score=score) for place, score, text in found
    ]

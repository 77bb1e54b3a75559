"""Hits of a ranking, as the files are now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codequest.search.hits import SearchHit
from codequest.search.query.request import SearchRequest
from codequest.search.query.required import with_matches
from codequest.search.query.text_pattern import PatternClock
from codequest.search.signals.fusion import Ranking, Searched, local

_TIMES = (1, 2, 4, 8)  # as many hits as asked for are looked at, where some are gone


@dataclass(frozen=True, slots=True)
class Tree:
    """An indexed folder in a search.

    Attributes:
        searched: Its index.
        root: The folder.
        changed: Files that may have changed since they were indexed.
    """

    searched: Searched
    root: Path
    changed: Collection[str]


def best_hits(
    trees: Sequence[Tree], ranked: Callable[..., Ranking], request: SearchRequest, clock: PatternClock | None
) -> list[SearchHit]:
    """The best hits of what ``ranked(limit=…)`` gives; more are ranked where some are gone from changed files.

    Args:
        trees: Where the chunks are.
        ranked: What ranks as many as it is asked for.
        request: What is asked for.
        clock: That of its regular expression.
    """
    end = request.offset + request.limit
    may_be_gone = any(tree.changed for tree in trees)
    found: list[SearchHit] = []
    for times in _TIMES:
        wanted = request.offset + times * request.limit
        ranking = ranked(limit=wanted)
        found = list(_hits(trees, ranking, 0 if may_be_gone else request.offset))
        if request.requires:
            found = [hit for hit in (with_matches(hit, request.quoted, clock) for hit in found) if hit is not None]
        if not may_be_gone:
            return found
        if len(found) >= end or len(ranking.positions) < wanted:
            break
    return found[request.offset : end]


def _hits(trees: Sequence[Tree], ranking: Ranking, offset: int) -> Iterator[SearchHit]:
    """The hits of a ranking in its order, without those that are gone."""
    numbers, positions = local([tree.searched for tree in trees], ranking.positions[offset:])
    of_tree: dict[int, list[int]] = defaultdict(list)
    for number, position in zip(numbers, positions, strict=True):
        of_tree[number].append(position)
    hits = {number: _hits_of(trees[number], of_tree[number]) for number in of_tree}
    for number, score in zip(numbers, ranking.scores[offset:].tolist(), strict=True):
        hit = next(hits[number])
        if hit is not None:
            yield replace(hit, score=score)


def _hits_of(tree: Tree, positions: Sequence[int]) -> Iterator[SearchHit | None]:
    """The hits of one tree; None for those that are gone."""
    snapshot = tree.searched.snapshot
    columns, root = snapshot.columns.items(), str(tree.root)
    hits = [
        SearchHit(**{name: of[place] for name, of in columns}, text=text, score=0.0, root=root)
        for place, text in zip(positions, snapshot.texts(positions), strict=True)
    ]
    if not tree.changed:
        yield from hits
        return
    from codequest.search.freshness.current_lines import shown_as_now

    yield from shown_as_now(tree.root, hits, tree.changed)

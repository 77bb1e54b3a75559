"""Searches of opened indexes: of one, or of several as if they were one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from codequest.errors import CodeIndexError, InvalidInputError
from codequest.search.freshness.fresh_index import Freshness
from codequest.search.hits import SearchHit
from codequest.search.opened_index import OpenedIndex
from codequest.search.query.neighbours import like_place
from codequest.search.query.request import SearchRequest
from codequest.search.query.text_pattern import PatternClock
from codequest.search.query_vectors import QueryVectors
from codequest.search.ranking import rank_matches, rank_together
from codequest.search.shown.best_hits import Tree, best_hits
from codequest.search.signals.fusion import Ranking, Searched
from codequest.space import Vectors

_TRIES = 3  # an index run may remove an old version in the moment it is read


def search_opened(indexes: Sequence[OpenedIndex], request: SearchRequest) -> list[SearchHit]:
    """See `codequest.search.CodeIndex.search` and `codequest.search.search_together`."""
    if request.embeds and any(opened.encoder is None for opened in indexes):
        raise InvalidInputError(f"Mode {request.mode} needs an encoder: open the index with one, or use mode lexical.")
    hits = _search(indexes, [opened.look_first() for opened in indexes], request)
    of_root: dict[str, set[str]] = defaultdict(set)
    for hit in hits:
        of_root[hit.root].add(hit.path)
    if any(opened.has_changed(of_root[str(opened.root)]) for opened in indexes):
        return _search(indexes, [opened.look() for opened in indexes], request)
    return hits


def _search(indexes: Sequence[OpenedIndex], looks: Sequence[Freshness], request: SearchRequest) -> list[SearchHit]:
    """The hits, after looks at the files."""
    for attempt in range(_TRIES):
        try:
            return _searched(_trees(indexes, looks, request), request)
        except (LookupError, CodeIndexError) as error:  # of a generation that was removed meanwhile
            for opened in indexes:
                opened.forget()
            if attempt == _TRIES - 1:
                folders = ", ".join(str(opened.home.folder) for opened in indexes)
                raise CodeIndexError(f"The index in {folders} cannot be searched: {error}") from error
    raise AssertionError


def _trees(indexes: Sequence[OpenedIndex], looks: Sequence[Freshness], request: SearchRequest) -> list[Tree]:
    trees, embedders = [], []
    for opened, look in zip(indexes, looks, strict=True):
        snapshot, queries = opened.current()
        mask = snapshot.mask(*request.filters, quoted=request.quoted, without=look.gone)
        searched = Searched(snapshot, vector=None, mask=mask, space=opened.stats.space.fingerprint)
        trees.append(Tree(searched, opened.root, look.pending))
        embedders.append((opened.encoder, queries))
    if request.like is not None:
        return like_place(trees, request.like)
    return _with_vectors(trees, embedders, request.text) if request.embeds else trees


def _with_vectors(
    trees: Sequence[Tree], embedders: Sequence[tuple[object, QueryVectors | None]], text: str
) -> list[Tree]:
    """The trees with the query in the space of each; one encoder embeds it once."""
    vectors: dict[tuple[str, object], Vectors] = {}  # by space and encoder
    made = []
    for tree, (encoder, queries) in zip(trees, embedders, strict=True):
        key = tree.searched.space, encoder
        assert queries is not None
        if key not in vectors:
            vectors[key] = queries(text)
        made.append(replace(tree, searched=replace(tree.searched, vector=vectors[key])))
    return made


def _searched(trees: Sequence[Tree], request: SearchRequest) -> list[SearchHit]:
    if request.offset >= sum(len(tree.searched.snapshot) for tree in trees):
        return []
    clock = request.pattern.clock() if request.pattern else None
    return best_hits(trees, _ranked([tree.searched for tree in trees], request, clock), request, clock)


def _ranked(searched: Sequence[Searched], request: SearchRequest, clock: PatternClock | None) -> Callable[..., Ranking]:
    """What ranks as many chunks as it is asked for."""
    if clock is not None:
        from codequest.search.query.pattern_scan import PatternMatches

        matches = [PatternMatches(each, clock) for each in searched]
        if not request.text and request.like is None:
            return partial(rank_matches, searched, [found.ranking() for found in matches])
        searched = [replace(each, mask=found.mask()) for each, found in zip(searched, matches, strict=True)]
    return partial(
        rank_together,
        searched,
        request.text,
        mode=request.mode,
        everything=request.requires,
        overlapping=request.overlapping,
    )

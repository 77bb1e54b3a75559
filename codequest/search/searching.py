"""Searches of an opened index."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from codequest.errors import CodeIndexError, InvalidInputError
from codequest.search.freshness.fresh_index import Freshness
from codequest.search.hits import SearchHit
from codequest.search.opened_index import OpenedIndex
from codequest.search.query.request import SearchRequest
from codequest.search.query.text_pattern import PatternClock
from codequest.search.ranking import rank_matches, rank_together
from codequest.search.shown.best_hits import best_hits
from codequest.search.signals.fusion import Ranking, Searched

_TRIES = 3  # an index run may remove an old version in the moment it is read


def search_index(opened: OpenedIndex, request: SearchRequest) -> list[SearchHit]:
    """See `codequest.search.CodeIndex.search`."""
    if opened.encoder is None and request.mode != "lexical" and request.text:
        raise InvalidInputError(f"Mode {request.mode} needs an encoder: open the index with one, or use mode lexical.")
    freshness = opened.look_first()
    for attempt in range(_TRIES):
        try:
            return _searched(opened, request, freshness)
        except (LookupError, CodeIndexError) as error:  # of a generation that was removed meanwhile
            opened.forget()
            if attempt == _TRIES - 1:
                raise CodeIndexError(f"The index in {opened.home.folder} cannot be searched: {error}") from error
    raise AssertionError


def _searched(opened: OpenedIndex, request: SearchRequest, freshness: Freshness) -> list[SearchHit]:
    snapshot, queries = opened.current()
    embeds = queries is not None and request.mode != "lexical" and request.text
    vector = queries(request.text) if queries is not None and embeds else None
    mask = snapshot.mask(*request.filters, quoted=request.quoted, without=freshness.gone)
    searched = Searched(snapshot, vector=vector, mask=mask)
    clock = request.pattern.clock() if request.pattern else None
    if request.offset >= len(snapshot):
        return []
    ranked = _ranked(searched, request, clock)
    return best_hits(snapshot, ranked, request, clock=clock, root=opened.root, changed=freshness.pending)


def _ranked(searched: Searched, request: SearchRequest, clock: PatternClock | None) -> Callable[..., Ranking]:
    """What ranks as many chunks as it is asked for."""
    if clock is not None:
        from codequest.search.query.pattern_scan import PatternMatches

        matches = PatternMatches(searched, clock)
        if not request.text:
            return partial(rank_matches, [searched], [matches.ranking()])
        searched = Searched(searched.snapshot, vector=searched.vector, mask=matches.mask())
    return partial(
        rank_together,
        [searched],
        request.text,
        mode=request.mode,
        everything=request.requires,
        overlapping=request.overlapping,
    )

"""Searches of an opened index."""

from __future__ import annotations

from functools import partial

from codequest.errors import CodeIndexError, InvalidInputError
from codequest.search.hits import SearchHit
from codequest.search.opened_index import OpenedIndex
from codequest.search.query.request import SearchRequest
from codequest.search.ranking import rank
from codequest.search.shown.best_hits import best_hits

_TRIES = 3  # an index run may remove an old version in the moment it is read


def search_index(opened: OpenedIndex, request: SearchRequest) -> list[SearchHit]:
    """See `codequest.search.CodeIndex.search`."""
    if opened.encoder is None and request.mode != "lexical":
        raise InvalidInputError(f"Mode {request.mode} needs an encoder: open the index with one, or use mode lexical.")
    freshness = opened.look_first()
    for attempt in range(_TRIES):
        snapshot, queries = opened.current()
        vector = queries(request.text) if queries is not None and request.mode != "lexical" else None
        try:
            mask = snapshot.mask(*request.filters, quoted=request.quoted, without=freshness.gone)
            ranked = partial(
                rank,
                snapshot,
                request.text,
                vector,
                mode=request.mode,
                mask=mask,
                everything=bool(request.quoted),
                overlapping=request.overlapping,
            )
            return best_hits(snapshot, ranked, request, opened.root, freshness.pending)
        except (LookupError, CodeIndexError) as error:  # of a generation that was removed meanwhile
            opened.forget()
            if attempt == _TRIES - 1:
                raise CodeIndexError(f"The index in {opened.home.folder} cannot be searched: {error}") from error
    raise AssertionError

"""Facets: how many chunks every choice of a filter leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from codequest.search.hits import SearchFilters
from codequest.search.query.parsed_query import ParsedQuery
from codequest.search.snapshot import Snapshot
from codequest.search.vectors.query_cosines import Mask


@dataclass(frozen=True, slots=True)
class Facets:
    """Chunks by what they can be filtered by.

    Attributes:
        languages: Number of chunks that pass the other filters, by language, most first.
        kinds: Likewise by kind.
        chunks: Number of chunks that pass all filters.
    """

    languages: Mapping[str, int]
    kinds: Mapping[str, int]
    chunks: int


def count_facets(snapshot: Snapshot, filters: SearchFilters, query: ParsedQuery) -> Facets:
    """Counts of chunks that filters leave of an index, and that each of their alternatives would.

    Args:
        snapshot: The index.
        filters: Those that have alternatives.
        query: What it filters and quotes holds for every count.
    """

    def mask(given: SearchFilters) -> Mask | None:
        return snapshot.mask(given, query.filters, quoted=query.quoted)

    passing = mask(filters)
    return Facets(
        languages=snapshot.counts("language", mask(replace(filters, languages=()))),
        kinds=snapshot.counts("kind", mask(replace(filters, kinds=()))),
        chunks=len(snapshot) if passing is None else int(passing.sum()),
    )

"""Facets: how many chunks every choice of a filter leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from codequest.search.hits import SearchFilters
from codequest.search.snapshot import Snapshot


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


def count_facets(snapshot: Snapshot, filters: SearchFilters) -> Facets:
    """Counts of chunks that filters leave of an index, and that each of their alternatives would."""
    mask = snapshot.mask(filters)
    return Facets(
        languages=snapshot.counts("language", snapshot.mask(replace(filters, languages=()))),
        kinds=snapshot.counts("kind", snapshot.mask(replace(filters, kinds=()))),
        chunks=len(snapshot) if mask is None else int(mask.sum()),
    )

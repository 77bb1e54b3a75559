"""Searches of several indexes as if they were one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codequest.errors import InvalidInputError
from codequest.search.hits import SearchFilters, SearchHit, SearchMode
from codequest.search.query.parsed_query import parse_query
from codequest.search.query.request import SearchRequest
from codequest.search.query.unmatched import unmatched
from codequest.search.searching import search_opened

if TYPE_CHECKING:
    from codequest.search.index import CodeIndex


def search_together(
    indexes: Sequence[CodeIndex],
    query: str,
    *,
    limit: int = 10,
    offset: int = 0,
    filters: SearchFilters | None = None,
    mode: SearchMode = "hybrid",
    regex: str = "",
    like: str = "",
) -> list[SearchHit]:
    """The chunks of several indexes that answer a query, ranked as if they were one; `SearchHit.root` says of which.

    Indexes of one teacher compare by their cosines; those of several by how far each cosine is between the mean and
    the best of its teacher, which says less. BM25 counts by the number of words that only one chunk of its index has.

    Args:
        indexes: At least one, each opened with what embeds queries into its space.
        query: As in `CodeIndex.search`, like all others.
        limit: Most hits.
        offset: How many of the best hits are left out.
        filters: What is searched at all.
        mode: How to rank.
        regex: What matches in every hit.
        like: A place as in `CodeIndex.like`, in any of the indexes; the query is empty then, or nothing but filters.

    Raises:
        InvalidInputError: No index; otherwise as `CodeIndex.search` and `CodeIndex.like`.
        SpaceMismatchError: Code like a place is asked for in indexes of several teachers.
        CodeIndexError: An index was damaged or removed meanwhile.
    """
    if not indexes:
        raise InvalidInputError("Give at least one index to search, got none.")
    request = SearchRequest.of_query(
        query, limit=limit, offset=offset, filters=filters, mode=mode, regex=regex, like=like
    )
    return search_opened([index.opened for index in indexes], request)


def unmatched_together(indexes: Sequence[CodeIndex], query: str, filters: SearchFilters | None = None) -> list[str]:
    """Sentences about what nothing in any of several indexes has: see `CodeIndex.unmatched`."""
    snapshots = [index.opened.current()[0] for index in indexes]
    return list(unmatched(snapshots, parse_query(query), filters or SearchFilters()))

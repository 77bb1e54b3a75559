"""Puma, the local code search engine: everything embedded once by the teacher, every query by a light encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.search.answers import Answer as Answer
    from codequest.search.answers import ChatEndpoint as ChatEndpoint
    from codequest.search.answers import PackedContext as PackedContext
    from codequest.search.answers import ask as ask
    from codequest.search.external.source import StoreFields as StoreFields
    from codequest.search.external.store_index import StoreIndex as StoreIndex
    from codequest.search.freshness.fresh_index import Freshness as Freshness
    from codequest.search.hits import SearchFilters as SearchFilters
    from codequest.search.hits import SearchHit as SearchHit
    from codequest.search.index import CodeIndex as CodeIndex
    from codequest.search.index_run import IndexRun as IndexRun
    from codequest.search.meta import IndexStats as IndexStats
    from codequest.search.query.together import search_together as search_together

_HOMES = {
    "Answer": "codequest.search.answers",
    "ChatEndpoint": "codequest.search.answers",
    "CodeIndex": "codequest.search.index",
    "Freshness": "codequest.search.freshness.fresh_index",
    "IndexRun": "codequest.search.index_run",
    "IndexStats": "codequest.search.meta",
    "PackedContext": "codequest.search.answers",
    "SearchFilters": "codequest.search.hits",
    "SearchHit": "codequest.search.hits",
    "StoreFields": "codequest.search.external.source",
    "StoreIndex": "codequest.search.external.store_index",
    "ask": "codequest.search.answers",
    "search_together": "codequest.search.query.together",
}

__all__ = [
    "Answer",
    "ChatEndpoint",
    "CodeIndex",
    "Freshness",
    "IndexRun",
    "IndexStats",
    "PackedContext",
    "SearchFilters",
    "SearchHit",
    "StoreFields",
    "StoreIndex",
    "ask",
    "search_together",
]

__getattr__ = lazy_names(__name__, _HOMES)

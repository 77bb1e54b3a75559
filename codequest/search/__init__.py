"""Puma, the local code search engine: everything embedded once by the teacher, every query by a light encoder."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codequest.search.answers import Answer as Answer
    from codequest.search.answers import ChatEndpoint as ChatEndpoint
    from codequest.search.answers import PackedContext as PackedContext
    from codequest.search.answers import ask as ask
    from codequest.search.hits import SearchFilters as SearchFilters
    from codequest.search.hits import SearchHit as SearchHit
    from codequest.search.index import CodeIndex as CodeIndex
    from codequest.search.index_run import IndexRun as IndexRun
    from codequest.search.meta import IndexStats as IndexStats

_HOMES = {
    "Answer": "codequest.search.answers",
    "ChatEndpoint": "codequest.search.answers",
    "CodeIndex": "codequest.search.index",
    "IndexRun": "codequest.search.index_run",
    "IndexStats": "codequest.search.meta",
    "PackedContext": "codequest.search.answers",
    "SearchFilters": "codequest.search.hits",
    "SearchHit": "codequest.search.hits",
    "ask": "codequest.search.answers",
}

__all__ = [
    "Answer",
    "ChatEndpoint",
    "CodeIndex",
    "IndexRun",
    "IndexStats",
    "PackedContext",
    "SearchFilters",
    "SearchHit",
    "ask",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    try:
        return getattr(importlib.import_module(_HOMES[name]), name)
    except KeyError:
        raise AttributeError(f"module 'codequest.search' has no attribute {name!r}") from None

"""A corpus of any size as vectors in files: sources, shards, and the engines that fill them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.corpus.cache_fill import CacheRun as CacheRun
    from codequest.corpus.cache_fill import fill_cache as fill_cache
    from codequest.corpus.run import CorpusRun as CorpusRun
    from codequest.corpus.run import embed_corpus as embed_corpus

_HOMES = {
    "CacheRun": "codequest.corpus.cache_fill",
    "CorpusRun": "codequest.corpus.run",
    "embed_corpus": "codequest.corpus.run",
    "fill_cache": "codequest.corpus.cache_fill",
}

__all__ = ["CacheRun", "CorpusRun", "embed_corpus", "fill_cache"]

__getattr__ = lazy_names(__name__, _HOMES)

"""StoreIndex: a vector store that someone else has filled, searched as a code index."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from codequest.code.identifiers import content_words
from codequest.encoders.base import QueryEncoder
from codequest.encoders.light import light_encoder
from codequest.errors import CodeIndexError, InvalidInputError
from codequest.integrations.stores import check_store
from codequest.search.external.lancedb import LanceSource
from codequest.search.external.qdrant import QdrantSource
from codequest.search.external.source import StoreFields, StoreRecord, StoreSource
from codequest.search.hits import KINDS, SearchFilters, SearchHit, SearchMode
from codequest.search.query.paths import PathGlobs
from codequest.search.query.request import SearchRequest
from codequest.search.query.required import with_matches
from codequest.search.signals.spread import Chosen
from codequest.space import Vectors, normalized

_CANDIDATES, _MORE, _MOST = 200, 4, 12_800  # as in Puma's ranking; at most so many where filters leave few
_MEANING = 0.6  # share of the cosine in the sum, as in Puma's ranking
_FULL_MATCH = 5  # words that only one record has, whose BM25 is a full match


class StoreIndex:
    """Code in a store that a teacher filled, searched by a light encoder, with the hits of `CodeIndex.search`.

    In mode hybrid 0.6 × meaning + 0.4 × words²: words are BM25 where the store has a full-text index, else the share
    of the query's words that a text, found by its meaning, has. What Puma knows of definitions and files besides needs
    its own index.

    Args:
        source: The store.
        encoder: Embeds queries: an adapter by name or folder, or a query encoder.
        fields: Where texts, paths and lines are.

    Raises:
        SpaceMismatchError: The store holds vectors of another length or space, or compares them in another way.
        AdapterFormatError: There is no such adapter.
    """

    def __init__(self, source: StoreSource, *, encoder: str | QueryEncoder, fields: StoreFields) -> None:
        self._source, self._fields = source, fields
        self._encoder = encoder if isinstance(encoder, QueryEncoder) else light_encoder(encoder)
        check_store(source.stored, self._encoder.space)
        sample = source.stored.vectors
        self._mean: Vectors = (
            normalized(sample).mean(axis=0) if len(sample) else np.zeros(source.stored.dim, np.float32)
        )

    @classmethod
    def over_qdrant(
        cls,
        client: Any,
        collection: str,
        *,
        encoder: str | QueryEncoder,
        fields: StoreFields | None = None,
        vector: str | None = None,
    ) -> StoreIndex:
        """A Qdrant collection.

        Args:
            client: A ``qdrant_client.QdrantClient``, local or remote.
            collection: Name of the collection.
            encoder: As above.
            fields: Keys of the payload; by default ``text`` and ``path``.
            vector: Which vector, where the points have several.

        Raises:
            InvalidInputError: There is no such vector or key.
            SpaceMismatchError: As above.
        """
        fields = fields or StoreFields()
        source = QdrantSource(client, collection, vector=vector, fields=fields)
        return cls(source, encoder=encoder, fields=fields)

    @classmethod
    def over_lancedb(
        cls, table: Any, *, encoder: str | QueryEncoder, fields: StoreFields | None = None, vector: str = "vector"
    ) -> StoreIndex:
        """A LanceDB table; with a full-text index on the texts, words count, too.

        Args:
            table: A ``lancedb`` table, opened synchronously.
            encoder: As above.
            fields: Names of columns; by default ``text`` and ``path``.
            vector: Name of the column of vectors.

        Raises:
            InvalidInputError: There is no such column.
            SpaceMismatchError: As above.
        """
        fields = fields or StoreFields()
        return cls(LanceSource(table, vector=vector, fields=fields), encoder=encoder, fields=fields)

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        filters: SearchFilters | None = None,
        mode: SearchMode = "hybrid",
    ) -> list[SearchHit]:
        """The records that answer a query, best first; see `CodeIndex.search`.

        Filters hold for what the store finds: of filters that leave few records, those beyond the first 12,800 are not
        looked at.

        Args:
            query: As in `CodeIndex.search`, with its filters and quoted text.
            limit: Most hits.
            offset: How many of the best hits are left out.
            filters: What is searched at all; languages and kinds need their fields.
            mode: How to rank; ``"lexical"`` needs a store with a full-text index.

        Raises:
            InvalidInputError: As `CodeIndex.search`; or a mode or a filter that this store cannot serve.
            CodeIndexError: A record has no text or path.
        """
        request = SearchRequest.of_query(query, limit=limit, offset=offset, filters=filters, mode=mode)
        self._refuse(request)
        vector, end = self._encoder.encode(request.text), offset + limit
        depth = max(_CANDIDATES, _MORE * end)
        while True:
            records = self._records(request, vector, depth)
            hits = [found for found in self._hits(request, records, vector) if found is not None]
            if len(hits) >= end or depth >= min(len(self._source), _MOST):
                return self._chosen(hits, end)[offset:]
            depth *= _MORE

    def _refuse(self, request: SearchRequest) -> None:
        if request.mode == "lexical" and not self._source.has_words:
            raise InvalidInputError(
                f"{self._source.stored.store} has no full-text index of {self._fields.text!r}, which mode lexical "
                "needs. Make one in it, or search in mode hybrid or dense."
            )
        for name in ("language", "kind"):
            if any(getattr(each, f"{name}s") for each in request.filters) and not getattr(self._fields, name):
                raise InvalidInputError(
                    f"A filter by {name} needs to know where {self._source.stored.store} keeps it: "
                    f'StoreFields({name}="…").'
                )

    def _records(self, request: SearchRequest, vector: Vectors, depth: int) -> list[StoreRecord]:
        """Candidates by meaning and by words, each once."""
        found = {} if request.mode == "lexical" else {each.key: each for each in self._source.nearest(vector, depth)}
        if request.mode != "dense" and self._source.has_words:
            for each in self._source.by_words(request.text, vector, depth):
                found[each.key] = each
        return [*found.values()]

    def _hits(self, request: SearchRequest, records: Sequence[StoreRecord], vector: Vectors) -> list[SearchHit | None]:
        hits = [self._hit(record) for record in records]
        scores = self._scores(request, records, hits, float(self._mean @ vector))
        passing = self._passing(request, hits)
        return [
            with_matches(replace(hit, score=score), request.quoted) if allowed else None
            for hit, score, allowed in zip(hits, scores, passing, strict=True)
        ]

    def _scores(
        self, request: SearchRequest, records: Sequence[StoreRecord], hits: Sequence[SearchHit], mean: float
    ) -> list[float]:
        cosines, words = (np.array([getattr(each, name) for each in records]) for name in ("cosine", "words"))
        if request.mode != "hybrid" or not len(records):
            return cast(list[float], (words if request.mode == "lexical" else cosines).tolist())
        meaning = np.maximum(cosines - mean, 0) / max(cosines.max() - mean, 1e-6)
        if self._source.has_words:
            shares = words / max(words.max(), _FULL_MATCH * math.log(max(len(self._source), 2)))
        else:
            asked = content_words(request.text)
            shares = np.array([_share(asked, hit) for hit in hits])
        return cast(list[float], (_MEANING * meaning + (1 - _MEANING) * shares**2).tolist())

    def _hit(self, record: StoreRecord) -> SearchHit:
        """A record as a hit; its score is none yet."""
        text, path = (record.values.get(name) for name in (self._fields.text, self._fields.path))
        if not isinstance(text, str) or not isinstance(path, str):
            raise CodeIndexError(
                f"Record {record.key!r:.80} of {self._source.stored.store} has no text in {self._fields.text!r}, or no "
                f"path in {self._fields.path!r}: got {text!r:.80} and {path!r:.80}. Both must be strings."
            )
        start = self._number(record, self._fields.start_line) or 1
        kind = self._word(record, self._fields.kind)
        return SearchHit(
            path=path,
            language=self._word(record, self._fields.language),
            kind=kind if kind in KINDS else "window",
            symbol=self._word(record, self._fields.symbol),
            start_line=start,
            end_line=self._number(record, self._fields.end_line) or start + text.count("\n"),
            text=text,
            score=0.0,
        )

    def _word(self, record: StoreRecord, name: str) -> str:
        value = record.values.get(name) if name else None
        return value if isinstance(value, str) else ""

    def _number(self, record: StoreRecord, name: str) -> int:
        value = record.values.get(name) if name else None
        return value if isinstance(value, int) and value > 0 else 0

    def _passing(self, request: SearchRequest, hits: Sequence[SearchHit]) -> list[bool]:
        allowed = [True] * len(hits)
        for each in request.filters:
            among = PathGlobs(each.paths).matching({hit.path for hit in hits}) if each.paths else None
            for place, hit in enumerate(hits):
                allowed[place] &= (among is None or hit.path in among) and _is_of(each, hit)
        return allowed

    def _chosen(self, hits: Sequence[SearchHit], count: int) -> list[SearchHit]:
        """The best, none of which shares lines with a better one, where lines are known."""
        ordered = sorted(hits, key=lambda hit: -hit.score)
        chosen = Chosen(count, overlapping=not self._fields.start_line)
        lines = [(hit.start_line, hit.end_line) for hit in ordered]
        scores = np.array([hit.score for hit in ordered])
        chosen.take_all(range(len(ordered)), [hit.path for hit in ordered], lines, scores)
        return [ordered[place] for place in chosen.positions]


def _is_of(filters: SearchFilters, hit: SearchHit) -> bool:
    wanted = [name for name in filters.languages if not name.startswith("!")]
    if f"!{hit.language}" in filters.languages or (wanted and hit.language not in wanted):
        return False
    return not filters.kinds or hit.kind in filters.kinds


def _share(asked: frozenset[str], hit: SearchHit) -> float:
    """Part of the words of a query that a text, its name or its path has."""
    within = f"{hit.path}\n{hit.symbol}\n{hit.text}".lower()
    return sum(word in within for word in asked) / len(asked) if asked else 0.0

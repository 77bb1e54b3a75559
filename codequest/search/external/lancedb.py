"""A LanceDB table as a source of hits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from codequest.errors import require
from codequest.integrations.stores import read_lancedb
from codequest.integrations.stores.stored import EUCLIDEAN
from codequest.search.external.source import StoreFields, StoreRecord, StoreSource
from codequest.space import Vectors, normalized

_SAMPLED = 256  # rows whose mean cosine stands for that of all
_EFFORT = 10  # times as many candidates as are wanted, compared by the vectors themselves
_ROW = "_rowid"


class LanceSource(StoreSource):
    """Rows of a table.

    Args:
        table: A ``lancedb`` table, opened synchronously.
        vector: Name of the column of vectors.
        fields: Names of the other columns.

    Raises:
        InvalidInputError: No such columns.
    """

    def __init__(self, table: Any, *, vector: str, fields: StoreFields) -> None:
        self._table, self._vector, self._fields = table, vector, fields
        self.stored = read_lancedb(table, column=vector, text=fields.text, sample=_SAMPLED)
        fields.check(self.stored.store, table.schema.names)
        self.has_words = any(
            index.index_type.upper() == "FTS" and index.columns == [fields.text] for index in table.list_indices()
        )

    def __len__(self) -> int:
        return int(self._table.count_rows())

    def nearest(self, query_vector: Vectors, limit: int) -> list[StoreRecord]:
        metric = "l2" if self.stored.metric == EUCLIDEAN else self.stored.metric
        search = self._table.search(query_vector, vector_column_name=self._vector).distance_type(metric)
        return self._records(self._rows(search.refine_factor(_EFFORT), limit), query_vector)

    def by_words(self, query: str, query_vector: Vectors, limit: int) -> list[StoreRecord]:
        queries = require("lancedb.query", extra="stores")
        search = self._table.search(queries.MatchQuery(query, self._fields.text), query_type="fts")
        return self._records(self._rows(search, limit), query_vector)

    def _rows(self, search: Any, limit: int) -> Iterable[Mapping[str, Any]]:
        columns = [*self._fields.names(), self._vector]
        rows: Iterable[Mapping[str, Any]] = search.select(columns).with_row_id(True).limit(limit).to_list()
        return rows

    def _records(self, rows: Iterable[Mapping[str, Any]], query_vector: Vectors) -> list[StoreRecord]:
        rows = [*rows]
        if not rows:
            return []
        vectors = normalized(np.array([row[self._vector] for row in rows], np.float32))
        pairs = zip(rows, (vectors @ query_vector).tolist(), strict=True)
        return [StoreRecord(row[_ROW], row, cosine, row.get("_score") or 0.0) for row, cosine in pairs]

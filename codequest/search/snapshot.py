"""One version of an index, opened for searching."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from codequest.search.hits import SearchFilters
from codequest.search.lexicon import words
from codequest.search.paths import PathGlobs
from codequest.search.store import CHUNKS, ChunkStore
from codequest.space import Vectors

if TYPE_CHECKING:
    from lancedb.table import Table

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]

_LISTED = ("path", "language", "kind", "symbol", "start_line", "end_line")


class Snapshot:
    """The chunks of one version, in the order of its rows; a run that writes meanwhile changes nothing of it.

    Vectors are held in memory as float32, so that the product with a query is exact and one call of BLAS; texts as
    Arrow keeps them, because LanceDB takes as long to find ten of them as the product does.

    Args:
        store: The tables.
        version: Version of the table of chunks.

    Attributes:
        columns: Path, language, kind, symbol and lines of every chunk.
        vectors: (chunks, dim).

    Raises:
        CodeIndexError: The index is damaged.
    """

    def __init__(self, store: ChunkStore, version: int) -> None:
        self._store = store
        self._table: Table = store.open(CHUNKS, version)
        with store.reading():
            read = self._table.search().select([*_LISTED, "text", "vector"]).with_row_id(True).to_arrow()
            store.refuse_damaged(read)
        self._row_ids = read["_rowid"].to_numpy()
        if np.any(self._row_ids[1:] < self._row_ids[:-1]):  # fragments are read side by side
            read = read.take(np.argsort(self._row_ids))
            self._row_ids = read["_rowid"].to_numpy()
        self.columns: Mapping[str, Sequence[Any]] = {name: read[name].to_pylist() for name in _LISTED}
        self._categories = {name: _Categories(read[name]) for name in ("language", "kind")}
        self._texts = read["text"].combine_chunks()
        vectors = read["vector"].combine_chunks()
        self.vectors: Vectors = vectors.flatten().to_numpy(zero_copy_only=False).reshape(len(vectors), -1)
        with store.reading():
            if not math.isfinite(np.vdot(self.vectors, self.vectors)):  # takes as long as one search
                raise ValueError("it holds vectors that are not finite")

    def __len__(self) -> int:
        return len(self._row_ids)

    def lexical(self, query: str, *, limit: int) -> tuple[Positions, Vectors]:
        """Positions and BM25 scores of the chunks that share most with the words of a query, best first."""
        terms = " ".join(words(query))
        if not terms:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        with self._store.reading():
            search = self._table.search(terms, query_type="fts", fts_columns="words")
            found = search.select(["_rowid", "_score"]).limit(limit).to_arrow()
            ids = found["_rowid"].to_numpy()
            positions = np.searchsorted(self._row_ids, ids)
            if not np.array_equal(self._row_ids.take(positions, mode="clip"), ids):
                raise ValueError("its words name rows that it does not have")
        return positions, found["_score"].to_numpy()

    def texts(self, positions: Sequence[int]) -> list[str]:
        """The texts of these chunks, in their order."""
        return [self._texts[position].as_py() for position in positions]

    def mask(self, filters: SearchFilters) -> Mask | None:
        """Mask of chunks that pass the filters, (chunks,); None when nothing is filtered."""
        chosen: list[Mask] = []
        for name, wanted in (("language", filters.languages), ("kind", filters.kinds)):
            if wanted:
                chosen.append(self._categories[name].among({value.lower() for value in wanted}))
        if filters.paths:
            passing = PathGlobs(filters.paths).matching(set(self.columns["path"]))
            chosen.append(np.fromiter((path in passing for path in self.columns["path"]), bool, len(self)))
        return np.logical_and.reduce(chosen) if chosen else None

    def counts(self, column: Literal["language", "kind"], mask: Mask | None) -> dict[str, int]:
        """Counts of the chunks in a mask, or of all, by value of a column; most first."""
        return self._categories[column].counts(mask)


class _Categories:
    """A column of few values, of which a search counts every row."""

    def __init__(self, column: Any) -> None:
        encoded = column.combine_chunks().dictionary_encode()
        self._values: list[str] = encoded.dictionary.to_pylist()
        self._numbers = encoded.indices.to_numpy()

    def among(self, values: Collection[str]) -> Mask:
        among: Mask = np.array([value in values for value in self._values], bool)[self._numbers]
        return among

    def counts(self, mask: Mask | None) -> dict[str, int]:
        numbers = self._numbers if mask is None else self._numbers[mask]
        counted = zip(self._values, np.bincount(numbers, minlength=len(self._values)).tolist(), strict=True)
        return dict(sorted(((value, count) for value, count in counted if count), key=lambda pair: -pair[1]))

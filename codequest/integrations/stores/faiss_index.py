"""Reads what a FAISS index says of itself, whatever its kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.errors import InvalidInputError
from codequest.integrations.stores.readers import stored_vectors
from codequest.integrations.stores.stored import DOT, EUCLIDEAN, StoredVectors
from codequest.texts import counted

Ids = npt.NDArray[np.int64]

_METRICS = {0: DOT, 1: EUCLIDEAN}  # faiss.METRIC_INNER_PRODUCT, faiss.METRIC_L2: its cosine is DOT of unit vectors
_BY_ROW = ("IndexFlat", "IndexFlatIP", "IndexFlatL2", "IndexHNSWFlat")
_BY_LIST = ("IndexIVFFlat",)
"""Kinds that keep vectors whole: those that give the vector of a row, and those that give it with a search only."""


def read_faiss(index: Any, *, texts: Sequence[str] | None = None, sample: int = 8) -> StoredVectors:
    """Description of a FAISS index; vectors are read from flat, HNSW and IVF indexes that keep them whole.

    Args:
        index: A ``faiss`` index, or one in an ID map.
        texts: Text of every row, in the order in which rows were added, where they are known.
        sample: How many records to read.

    Raises:
        InvalidInputError: Another number of texts than of rows, or rows in an order that the index does not know.
    """
    if texts is not None:
        faiss_ids(index, texts)
    vectors, rows = _some(index, sample)
    metric = _METRICS.get(index.metric_type, f"FAISS metric {index.metric_type}")
    return stored_vectors(_name(index), metric, index.d, vectors, [texts[row] if texts else None for row in rows])


def faiss_ids(index: Any, texts: Sequence[str]) -> Ids:
    """Ids that a search gives for the rows of an index, (n,), in the order in which rows were added.

    Args:
        index: A ``faiss`` index, or one in an ID map, whose ids are its own.
        texts: Text of every row.

    Raises:
        InvalidInputError: Another number of texts than of rows; or an IVF index that was given ids, which keeps them by
            list and not in the order of the rows.
    """
    import faiss

    if len(texts) != index.ntotal:
        raise InvalidInputError(
            f"{_name(index)} has {counted(index.ntotal, 'row')}, got {counted(len(texts), 'text')}. Give one per row."
        )
    if hasattr(index, "id_map"):
        ids: Ids = faiss.vector_to_array(index.id_map)
        return ids
    rows = np.arange(index.ntotal, dtype=np.int64)
    inverted = faiss.try_extract_index_ivf(index)
    if inverted is not None and not np.array_equal(np.sort(_listed_ids(inverted)), rows):
        raise InvalidInputError(
            f"{_name(index)} was given ids of its own and does not know the order of its rows, so that texts cannot be "
            "told by their row. Look them up by the ids that a search gives, or add the vectors to the same index in "
            "faiss.IndexIDMap, which keeps the order."
        )
    return rows


def _listed_ids(inverted: Any) -> Ids:
    import faiss

    lists = inverted.invlists
    parts = [
        faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
        for number in range(lists.nlist)
        if lists.list_size(number)
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _some(index: Any, sample: int) -> tuple[Any, Ids]:
    """Vectors of some rows, and which rows; none of an index that changes vectors."""
    import faiss

    kept = faiss.downcast_index(index.index) if hasattr(index, "id_map") else index
    kind, count = type(kept).__name__, min(sample, index.ntotal)
    rows = np.linspace(0, index.ntotal - 1, count, dtype=np.int64)
    if kind in _BY_ROW and count:
        return kept.reconstruct_batch(rows), rows
    if kind in _BY_LIST and count:
        _, found, vectors = kept.search_and_reconstruct(np.ones((1, index.d), dtype=np.float32), count)
        return vectors[0][found[0] >= 0], found[0][found[0] >= 0]
    return [], rows[:0]


def _name(index: Any) -> str:
    inner = f" of {type(index.index).__name__}" if hasattr(index, "id_map") else ""
    return f"The FAISS index ({type(index).__name__}{inner})"

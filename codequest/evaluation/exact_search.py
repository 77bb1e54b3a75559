"""Exact nearest-neighbor search by inner product: the cosine in a normalized space."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from codequest.errors import InvalidInputError
from codequest.space import Vectors

Indices = npt.NDArray[np.int64]

SCORES_AT_ONCE = 1 << 24  # 64 MiB of float32
_DECIMALS = 6  # float32 products of unit vectors agree to about 1e-7 between machines and batch sizes


def exact_search(query_vectors: Vectors, document_vectors: Vectors, *, k: int) -> tuple[Indices, Vectors]:
    """The k documents of highest inner product with every query.

    Scores are rounded to 6 decimals, so that equal documents tie; of tied documents the first comes first.

    Args:
        query_vectors: (queries, dim).
        document_vectors: (documents, dim), as the index holds them: unit rows in a normalized space.
        k: Number of documents to return; all of them when there are fewer.

    Returns:
        Positions of the documents, best first, and their scores: both (queries, min(k, documents)).

    Raises:
        InvalidInputError: k is below 1, there are no documents, or the vectors are not matrices of the same dim.
    """
    _check(query_vectors, document_vectors, k)
    queries = np.asarray(query_vectors, dtype=np.float32)
    documents = np.asarray(document_vectors, dtype=np.float32)
    k = min(k, len(documents))
    indices = np.empty((len(queries), k), dtype=np.int64)
    scores = np.empty((len(queries), k), dtype=np.float32)
    rows = max(1, SCORES_AT_ONCE // len(documents))
    for start in range(0, len(queries), rows):
        chunk = slice(start, start + rows)
        products = np.round(queries[chunk] @ documents.T, _DECIMALS)  # (rows, documents)
        indices[chunk] = _top(products, k)
        scores[chunk] = np.take_along_axis(products, indices[chunk], axis=1)
    return indices, scores


def _top(scores: Vectors, k: int) -> Indices:
    """Positions of the k highest values of each row, (rows, k); the lower position wins a tie."""
    documents = scores.shape[1]
    chosen = np.argpartition(scores, documents - k, axis=1)[:, documents - k :]  # (rows, k), unordered
    lowest = np.take_along_axis(scores, chosen, axis=1).min(axis=1)  # (rows,)
    for row in np.flatnonzero((scores >= lowest[:, None]).sum(axis=1) > k):  # which tied ones entered is arbitrary
        above = np.flatnonzero(scores[row] > lowest[row])
        tied = np.flatnonzero(scores[row] == lowest[row])
        chosen[row] = np.concatenate([above, tied])[:k]
    chosen.sort(axis=1)
    order = np.argsort(-np.take_along_axis(scores, chosen, axis=1), axis=1, kind="stable")
    return np.take_along_axis(chosen, order, axis=1)


def _check(query_vectors: Vectors, document_vectors: Vectors, k: int) -> None:
    if k < 1:
        raise InvalidInputError(f"k must be at least 1, got {k}.")
    shapes = np.shape(query_vectors), np.shape(document_vectors)
    if any(len(shape) != 2 for shape in shapes) or shapes[0][1] != shapes[1][1] or shapes[1][0] == 0:
        raise InvalidInputError(
            f"Expected query vectors (queries, dim) and at least one document vector (documents, dim), "
            f"got the shapes {shapes[0]} and {shapes[1]}."
        )

"""Query and document vectors in two dimensions, all in one joint embedding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from codequest.errors import require
from codequest.report.named_encoders import TEACHER
from codequest.space import Vectors, normalized

Method = Literal["t-SNE", "PCA"]
Coordinates = tuple[tuple[float, float], ...]

FEWEST_FOR_TSNE = 30
"""With fewer points t-SNE shows its own noise: PCA is drawn instead."""

_MOST_POINTS = 4000  # of one embedding: about half a minute on one core
MOST_QUERIES = 250
MOST_DOCUMENTS = 1000
_PERPLEXITY = 30.0  # of van der Maaten and Hinton, 2008; lower where there are few points


@dataclass(frozen=True, slots=True)
class Layout:
    """Positions of the vectors in the plane.

    Attributes:
        method: What placed them.
        perplexity: Perplexity of t-SNE.
        queries: Positions of the queries that were drawn, rising.
        documents: Positions of the documents that were drawn, rising.
        document_points: Points of those documents.
        query_points: Points of those queries, by name of the teacher or encoder that embedded them.
    """

    method: Method
    perplexity: float | None
    queries: tuple[int, ...]
    documents: tuple[int, ...]
    document_points: Coordinates
    query_points: Mapping[str, Coordinates]


def embed_in_plane(
    query_vectors: Mapping[str, Vectors], teacher_vectors: Vectors, document_vectors: Vectors, *, seed: int
) -> Layout:
    """Place a sample of the queries, embedded by the teacher and each encoder, and of the documents in the plane.

    Args:
        query_vectors: (queries, dim) of every encoder, by name.
        teacher_vectors: (queries, dim), the teacher's of the same queries.
        document_vectors: (documents, dim), the teacher's.
        seed: Seed of the sample and of t-SNE.

    Raises:
        MissingDependencyError: ``scikit-learn`` is not installed.
    """
    everyone = {TEACHER: teacher_vectors, **query_vectors}
    random = np.random.default_rng(seed)
    documents = _drawn(random, len(document_vectors), MOST_DOCUMENTS)
    room = max(1, (_MOST_POINTS - len(documents)) // len(everyone))
    queries = _drawn(random, len(teacher_vectors), min(MOST_QUERIES, room))
    stacked = np.concatenate([document_vectors[documents], *(vectors[queries] for vectors in everyone.values())])
    method: Method = "t-SNE" if len(stacked) >= FEWEST_FOR_TSNE else "PCA"
    perplexity = min(_PERPLEXITY, (len(stacked) - 1) / 3) if method == "t-SNE" else None
    plane = _tsne(stacked, perplexity, seed) if perplexity is not None else _pca(stacked)
    pieces = np.split(plane, np.cumsum([len(documents), *[len(queries)] * (len(everyone) - 1)]))
    return Layout(
        method,
        perplexity,
        tuple(queries.tolist()),
        tuple(documents.tolist()),
        _coordinates(pieces[0]),
        {name: _coordinates(piece) for name, piece in zip(everyone, pieces[1:], strict=True)},
    )


def _drawn(random: np.random.Generator, count: int, most: int) -> npt.NDArray[np.int64]:
    return np.sort(random.permutation(count)[:most])


def _tsne(vectors: Vectors, perplexity: float, seed: int) -> npt.NDArray[Any]:
    manifold = require("sklearn.manifold", extra="report")
    model = manifold.TSNE(
        n_components=2, metric="cosine", init="pca", perplexity=perplexity, random_state=seed, n_jobs=1
    )
    # its threads wait for each other in every step: where others compute as well, two took four times the work of one
    with require("threadpoolctl", extra="report").threadpool_limits(1, user_api="openmp"):
        plane: npt.NDArray[Any] = model.fit_transform(normalized(vectors))
    return plane


def _pca(vectors: Vectors) -> npt.NDArray[Any]:
    """The two directions of most variance; each points to where its largest component is positive."""
    centered = vectors - vectors.mean(axis=0)
    directions = np.linalg.svd(centered, full_matrices=False)[2][:2]  # (up to 2, dim)
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, None], axis=1)
    plane = np.zeros((len(vectors), 2))
    plane[:, : len(directions)] = centered @ (directions * np.sign(largest)).T
    return plane


def _coordinates(plane: npt.NDArray[Any]) -> Coordinates:
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in plane)

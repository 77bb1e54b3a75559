"""StoredVectors: what a vector store says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from codequest.errors import SpaceMismatchError
from codequest.space import EmbeddingSpace, Vectors, normalized

COSINE, DOT, EUCLIDEAN = "cosine", "dot", "euclidean"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVectors:
    """A vector store's settings, and a few of its records.

    Attributes:
        store: Name in messages.
        metric: ``"cosine"``, ``"dot"``, ``"euclidean"``, or the store's own word for another one.
        dim: Length of its vectors.
        vectors: (n, dim), of some records; none where the store does not keep them as they were added.
        texts: Texts of the same records; None where a record has no text.
    """

    store: str
    metric: str
    dim: int
    vectors: Vectors = field(repr=False)
    texts: tuple[str | None, ...] = field(repr=False)


def check_store(stored: StoredVectors, space: EmbeddingSpace) -> None:
    """Refuse a store that queries of this space cannot search.

    Between unit vectors, cosine, dot product and Euclidean distance give the same order. In a space whose vectors have
    other lengths only the dot product is right.

    Args:
        stored: As one of the functions ``read_…`` returns it.
        space: Where the encoder's vectors lie.

    Raises:
        SpaceMismatchError: Vectors of another length, another metric, or records that do not lie in the space.
    """
    if stored.dim != space.dim:
        raise SpaceMismatchError(
            f"{stored.store} holds vectors of {stored.dim} numbers; those of {space} have {space.dim}. Search it with "
            f"an encoder of the model that made it, or embed its documents with {space.teacher}."
        )
    right = (COSINE, DOT, EUCLIDEAN) if space.normalized else (DOT,)
    if stored.metric not in right:
        raise SpaceMismatchError(
            f"{stored.store} compares vectors by {stored.metric}; {space} needs {' or '.join(right)}. Copy its vectors "
            f"into a store with the metric {right[0]}: they need not be embedded again."
        )
    vectors = normalized(stored.vectors) if stored.metric == COSINE and len(stored.vectors) else stored.vectors
    try:
        space.check_vectors(np.asarray(vectors))
    except SpaceMismatchError as error:
        raise SpaceMismatchError(f"{stored.store}, compared by {stored.metric}: {error}") from error

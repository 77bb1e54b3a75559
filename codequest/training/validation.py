"""Measures an encoder during training: its retrieval, where there are documents to find."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from codequest.data import RetrievalDataset
from codequest.encoders import QueryEncoder
from codequest.errors import InvalidInputError, TrainingError
from codequest.evaluation.scoring import search_dataset
from codequest.progress import Progress
from codequest.space import Vectors, normalized
from codequest.teachers import Teacher

_UNIT_TOLERANCE = 1e-2


class Validator:
    """Mean cosine to the teacher's query vectors, and nDCG@10 on its documents when there are any.

    Args:
        encoder: The encoder to measure, as it is at the moment of the call.
        teacher: Gives the vectors, once.
        dataset: Labelled validation queries and documents, or None.
        held_out: Queries to measure the cosine on when there is no dataset.
        progress: Called while the teacher embeds.
    """

    def __init__(
        self,
        encoder: QueryEncoder,
        teacher: Teacher,
        *,
        dataset: RetrievalDataset | None,
        held_out: Sequence[str],
        progress: Progress,
    ) -> None:
        self._encoder = encoder
        self._dataset = dataset
        self._queries = list(held_out) if dataset is None else list(dataset.queries.values())
        self._query_vectors = normalized(teacher.encode_queries(self._queries, progress=progress))
        if dataset is not None:
            self._document_vectors = teacher.encode_documents(list(dataset.documents.values()), progress=progress)

    @property
    def measure(self) -> str:
        """Name of the measure that chooses the best checkpoint."""
        return "cosine" if self._dataset is None else "nDCG@10"

    def yardstick(self) -> float:
        """What the measure is compared with.

        With documents the teacher's own nDCG@10; without, the mean cosine of the teacher's vectors of different
        queries, which says nothing of likeness; 0 of a single query.
        """
        vectors = self._query_vectors
        if self._dataset is not None:
            return search_dataset(self._dataset, vectors, self._document_vectors).means[self.measure]
        count = len(vectors)
        total = float(np.square(vectors.sum(axis=0, dtype=np.float64)).sum()) - count  # less each with itself
        return total / (count * (count - 1)) if count > 1 else 0.0

    def __call__(self) -> dict[str, float]:
        """Every measure of the encoder as it is now.

        Raises:
            TrainingError: The encoder no longer gives unit vectors: training diverged.
        """
        vectors = self._encode()
        measured = {"cosine": float(np.einsum("nd,nd->n", vectors, self._query_vectors).mean())}
        if self._dataset is not None:
            measured |= search_dataset(self._dataset, vectors, self._document_vectors).means
        return measured

    def _encode(self) -> Vectors:
        diverged = (
            "Training diverged: the encoder no longer gives unit vectors. Lower learning_rate, raise warmup, or set "
            "precision='fp32'."
        )
        try:
            vectors = self._encoder.encode(self._queries)
        except InvalidInputError as error:  # not finite
            raise TrainingError(diverged) from error
        if np.abs(np.linalg.norm(vectors, axis=1) - 1).max() > _UNIT_TOLERANCE:  # overflowed: normalized to zero
            raise TrainingError(diverged)
        return vectors

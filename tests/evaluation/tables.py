"""A teacher and an encoder whose rankings are written down, and the dataset they search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from codequest.data import RetrievalDataset
from codequest.encoders import EncoderCost, QueryEncoder
from codequest.errors import TeacherError
from codequest.space import EmbeddingSpace
from codequest.teachers import Teacher

SPACE = EmbeddingSpace(teacher="test/table", dim=4)
DATASET = RetrievalDataset(
    name="four",
    queries={f"q{i}": f"query {i}" for i in range(4)},
    documents={f"d{i}": f"document {i}" for i in range(4)},
    qrels={f"q{i}": {f"d{i}": 1} for i in range(4)},
)
DOCUMENT_VECTORS = {f"document {i}": np.eye(4)[i] for i in range(4)}
PERFECT = {f"query {i}": [i, *(j for j in range(4) if j != i)] for i in range(4)}
TEACHER = {**PERFECT, "query 3": [0, 3, 1, 2]}
STUDENT = {"query 0": [0, 1, 2, 3], "query 1": [0, 1, 2, 3], "query 2": [0, 1, 2, 3], "query 3": [0, 1, 2, 3]}


def vector(ranking: Sequence[int]) -> Any:
    """A query vector that ranks the one-hot documents in this order; its squared length is 30."""
    values = np.zeros(4)
    values[list(ranking)] = [4, 3, 2, 1]
    return values


class TableTeacher(Teacher):
    """Ranks documents as the table says; embeds any other text too unless told not to."""

    def __init__(self, rankings: Mapping[str, Sequence[int]] = TEACHER, *, embeds_new: bool = True) -> None:
        self.vectors = {**DOCUMENT_VECTORS, **{text: vector(ranking) for text, ranking in rankings.items()}}
        self.embeds_new = embeds_new
        self.embedded: list[str] = []

    @property
    def space(self) -> EmbeddingSpace:
        return SPACE

    def embed_batch(self, texts: Sequence[str], side: Any) -> Any:
        if not self.embeds_new and any(text not in self.vectors for text in texts):
            raise TeacherError("No stored vector.")
        self.embedded.extend(texts)
        return np.stack([self.vectors.get(text, np.ones(4)) for text in texts])


class TableEncoder(QueryEncoder):
    """Ranks documents as the table says."""

    kind = "table"

    def __init__(self, rankings: Mapping[str, Sequence[int]] = STUDENT, *, space: EmbeddingSpace = SPACE) -> None:
        super().__init__(space)
        self.rankings = rankings

    def embed_batch(self, queries: Sequence[str]) -> Any:
        return np.stack([vector(self.rankings[query]) for query in queries]) / np.sqrt(30)

    def cost(self, *, tokens: int = 12) -> EncoderCost:
        return EncoderCost(parameters=2_500_000, active_bytes=10_000_000, flops=tokens * 1_000_000, tokens=tokens)

    def graph_source(self, precision: Any) -> Any:
        raise NotImplementedError

    def describe(self) -> dict[str, Any]:
        return {}

    def trained_tensors(self) -> dict[str, Any]:
        return {}

    @classmethod
    def rebuild(cls, config: Any, folder: Path, *, device: Any) -> QueryEncoder:
        raise NotImplementedError

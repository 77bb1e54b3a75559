"""What the trainer learns from: queries, the teacher's vectors of them, and positive documents."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from codequest.encoders.base import TrainableQueryEncoder, Vectors
from codequest.evaluation import RetrievalDataset
from codequest.progress import Progress
from codequest.teachers import Teacher
from codequest.teachers.base import normalized
from codequest.training.data import normal_form


@dataclass(frozen=True, slots=True)
class TrainingTargets:
    """Everything frozen, computed once.

    Attributes:
        queries: n training queries: the unlabelled ones, then those of the pairs.
        query_vectors: (n, dim), the teacher's unit vectors of them.
        positives: (n,), position of a positive document, -1 for none.
        document_vectors: (m, dim), the teacher's unit vectors of the pairs' documents; m is 0 without pairs.
    """

    queries: list[str]
    query_vectors: Vectors
    positives: np.ndarray[tuple[int], np.dtype[np.int64]]
    document_vectors: Vectors


def compute_targets(
    teacher: Teacher,
    queries: Sequence[str],
    pairs: RetrievalDataset | None,
    *,
    excluded: Container[str],
    progress: Progress,
) -> TrainingTargets:
    """Ask the teacher for every vector that training needs.

    A query with several positives appears once per positive; pairs whose query, in `normal_form`, is excluded are
    left out.
    """
    texts, positives = list(queries), [-1] * len(queries)
    documents: list[str] = []
    if pairs is not None:
        position = {key: number for number, key in enumerate(pairs.documents)}
        documents = list(pairs.documents.values())
        for query, judged in pairs.qrels.items():
            if normal_form(pairs.queries[query]) in excluded:
                continue
            relevant = [position[key] for key, grade in judged.items() if grade > 0]
            texts += [pairs.queries[query]] * len(relevant)
            positives += relevant
    return TrainingTargets(
        queries=texts,
        query_vectors=normalized(teacher.encode_queries(texts, progress=progress)),
        positives=np.asarray(positives, dtype=np.int64),
        document_vectors=normalized(teacher.encode_documents(documents, progress=progress)),
    )


class TargetDataset(Dataset[dict[str, Any]]):
    """Training inputs of an encoder beside the teacher's vectors."""

    def __init__(self, inputs: Sequence[Mapping[str, Any]], targets: TrainingTargets) -> None:
        self._inputs = inputs
        self._targets = targets

    def __len__(self) -> int:
        return len(self._inputs)

    def __getitem__(self, position: int) -> dict[str, Any]:
        return {
            "input": self._inputs[position],
            "target": self._targets.query_vectors[position],
            "positive": int(self._targets.positives[position]),
        }


class TargetCollator:
    """Batches of `TargetDataset` as keyword tensors."""

    def __init__(self, encoder: TrainableQueryEncoder) -> None:
        self._encoder = encoder

    def __call__(self, examples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        positives: Tensor = torch.tensor([example["positive"] for example in examples])
        return {
            "inputs": self._encoder.collate([example["input"] for example in examples]),
            "targets": torch.from_numpy(np.stack([example["target"] for example in examples])),
            "positives": positives,
        }

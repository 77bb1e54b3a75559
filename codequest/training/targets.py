"""Training targets: queries, the teacher's vectors of them, and positive documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset

from codequest.data import RetrievalDataset
from codequest.encoders.trainable import TrainableQueryEncoder
from codequest.progress import Progress
from codequest.space import Vectors, normalized
from codequest.teachers import Teacher


@dataclass(frozen=True, slots=True)
class TrainingTargets:
    """Everything frozen, computed once.

    Attributes:
        queries: n training texts: queries without labels, documents, then the queries of the pairs.
        query_vectors: (n, dim), the teacher's unit vectors of them.
        positives: (n,), position of a positive document, -1 for none.
        relevant: n tuples, the positions of every positive document of the query.
        document_vectors: (m, dim), the teacher's unit vectors of the pairs' documents; m is 0 when no loss reads them.
    """

    queries: list[str]
    query_vectors: Vectors
    positives: npt.NDArray[np.int64]
    relevant: list[tuple[int, ...]]
    document_vectors: Vectors


def compute_targets(
    teacher: Teacher,
    queries: Sequence[str],
    pairs: RetrievalDataset | None,
    *,
    regressed_documents: Sequence[str],
    with_documents: bool,
    with_queries: bool = True,
    progress: Progress,
) -> TrainingTargets:
    """Ask the teacher for every vector that training needs.

    A query with several positives appears once per positive. The targets of regressed documents are the teacher's
    document vectors of them. Without `with_queries` those of queries are zeros, which no loss may read.
    """
    unlabelled = len(queries) + len(regressed_documents)
    labelled: list[str] = []
    positives = [-1] * unlabelled
    relevant: list[tuple[int, ...]] = [()] * unlabelled
    documents: list[str] = []
    if pairs is not None:
        position = {key: number for number, key in enumerate(pairs.documents)}
        documents = list(pairs.documents.values()) if with_documents else []
        for query, judged in pairs.qrels.items():
            found = tuple(position[key] for key, grade in judged.items() if grade > 0)
            labelled += [pairs.queries[query]] * len(found)
            positives += found
            relevant += [found] * len(found)
    texts = [*queries, *labelled]
    if with_queries:
        query_vectors = normalized(teacher.encode_queries(texts, progress=progress))
    else:
        query_vectors = np.zeros((len(texts), teacher.space.dim), dtype=np.float32)
    regressed = normalized(teacher.encode_documents(regressed_documents, progress=progress))
    return TrainingTargets(
        queries=[*queries, *regressed_documents, *labelled],
        query_vectors=np.concatenate([query_vectors[: len(queries)], regressed, query_vectors[len(queries) :]]),
        positives=np.asarray(positives, dtype=np.int64),
        relevant=relevant,
        document_vectors=normalized(teacher.encode_documents(documents, progress=progress)),
    )


class TargetDataset(Dataset[dict[str, Any]]):
    """Training inputs of an encoder, and the teacher's vectors."""

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
            "relevant": self._targets.relevant[position],
        }


class TargetCollator:
    """Batches of `TargetDataset` as keyword tensors."""

    def __init__(self, encoder: TrainableQueryEncoder) -> None:
        self._encoder = encoder

    def __call__(self, examples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        positives = torch.tensor([example["positive"] for example in examples])
        return {
            "inputs": self._encoder.collate([example["input"] for example in examples]),
            "targets": torch.from_numpy(np.stack([example["target"] for example in examples])),
            "positives": positives,
            "relevant": padded([example["relevant"] for example in examples]),
        }


def padded(relevant: Sequence[Sequence[int]]) -> Tensor:
    """Positions of every positive, (n, most of any), filled up with -1."""
    most = max(map(len, relevant), default=0)
    filled = [[*positions, *[-1] * (most - len(positions))] for positions in relevant]
    return torch.tensor(filled, dtype=torch.long).reshape(len(relevant), most)

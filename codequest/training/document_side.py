"""Training for documents: the sides are exchanged, so documents learn to be found by queries that never change."""

from __future__ import annotations

from collections.abc import Sequence

from codequest.data import RetrievalDataset
from codequest.progress import Progress, silent
from codequest.space import Side, Vectors
from codequest.teachers import Teacher
from codequest.teachers.base import WrappingTeacher

_OTHER: dict[Side, Side] = {"query": "document", "document": "query"}


class ExchangedSides(WrappingTeacher):
    """A teacher whose sides are exchanged: what it is given as queries are documents, and the other way round.

    Args:
        teacher: The teacher, or an assistant, whose queries documents should be found by.
    """

    def __init__(self, teacher: Teacher) -> None:
        super().__init__(teacher)
        self.variant = f"{teacher.variant} sides exchanged".strip()  # not kept in the cache of the teacher

    def encode(self, texts: Sequence[str], side: Side, *, progress: Progress = silent) -> Vectors:
        return self.teacher.encode(texts, _OTHER[side], progress=progress)

    def token_counts(self, texts: Sequence[str], side: Side) -> list[int]:
        return self.teacher.token_counts(texts, _OTHER[side])


def exchanged(dataset: RetrievalDataset) -> RetrievalDataset:
    """The dataset with its sides exchanged: every document that answers a query searches for its queries.

    Documents without text, and those that answer no query, are left out.
    """
    answers: dict[str, dict[str, int]] = {}
    for query, judged in dataset.qrels.items():
        for document, grade in judged.items():
            if grade > 0 and dataset.documents[document].strip():
                answers.setdefault(document, {})[query] = grade
    return RetrievalDataset(dataset.name, dataset.documents, dataset.queries, answers)

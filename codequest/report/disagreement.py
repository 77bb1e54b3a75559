"""The queries on which an encoder and its teacher differ most, to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from codequest.evaluation.exact_search import Indices
from codequest.report.report_data import ReportData
from codequest.space import Vectors

Direction = Literal["teacher better", "encoder better", "different"]

_SHOWN = 3
_MOST_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found.

    Attributes:
        document: Its id.
        text: The beginning of its text; None where only its vector is known.
        score: Inner product with the query.
        relevant: Whether the labels say that it answers the query; None without labels.
    """

    document: str
    text: str | None
    score: float
    relevant: bool | None


@dataclass(frozen=True, slots=True)
class FoundDocuments:
    """Documents that someone finds, for the whole set of queries.

    Attributes:
        top: Positions of the best documents, (queries, k).
        scores: Their inner products, (queries, k).
        quality: nDCG@10 of every query, (queries,); None without labels.
    """

    top: Indices
    scores: Vectors
    quality: npt.NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A query on which they differ.

    Attributes:
        query: Its id.
        text: The query.
        direction: The better one by the labels; ``"different"`` without labels.
        teacher: The teacher's nDCG@10; 1 without labels.
        encoder: The encoder's; without labels, the part of the teacher's top 10 that it finds.
        teacher_hits: The teacher's first three.
        encoder_hits: The encoder's first three.
    """

    query: str
    text: str
    direction: Direction
    teacher: float
    encoder: float
    teacher_hits: tuple[Hit, ...]
    encoder_hits: tuple[Hit, ...]


def find_disagreements(
    data: ReportData,
    encoder: FoundDocuments,
    teacher: FoundDocuments,
    overlaps: npt.NDArray[np.float64],
    *,
    count: int = 5,
) -> tuple[Disagreement, ...]:
    """The queries of the greatest difference, in both directions with labels.

    Args:
        data: Queries, documents and labels.
        encoder: Results of the encoder.
        teacher: Results of the teacher.
        overlaps: Part of the teacher's top 10 that is in the encoder's, (queries,); ranks queries without labels.
        count: Most queries of each direction.

    Returns:
        First those on which the teacher is better, most first, then those on which the encoder is; of equal
        differences the query that comes first.
    """
    ids, documents = list(data.queries), list(data.documents)
    if encoder.quality is None or teacher.quality is None:
        sides: list[tuple[Direction, npt.NDArray[np.float64]]] = [("different", 1 - overlaps)]
        qualities = overlaps, np.ones_like(overlaps)
    else:
        lead = encoder.quality - teacher.quality
        sides = [("teacher better", -lead), ("encoder better", lead)]
        qualities = encoder.quality, teacher.quality
    return tuple(
        Disagreement(
            query=ids[row],
            text=data.queries[ids[row]],
            direction=direction,
            teacher=float(qualities[1][row]),
            encoder=float(qualities[0][row]),
            teacher_hits=_hits(data, ids[row], documents, teacher, row),
            encoder_hits=_hits(data, ids[row], documents, encoder, row),
        )
        for direction, difference in sides
        for row in np.argsort(-difference, kind="stable")[:count]
        if difference[row] > 0
    )


def _hits(data: ReportData, query: str, documents: Sequence[str], ranking: FoundDocuments, row: int) -> tuple[Hit, ...]:
    labels: Mapping[str, int] | None = None if data.qrels is None else data.qrels.get(query, {})
    found = [
        (documents[position], score) for position, score in zip(ranking.top[row], ranking.scores[row], strict=True)
    ]
    return tuple(
        Hit(name, _beginning(data.documents[name]), float(score), None if labels is None else labels.get(name, 0) > 0)
        for name, score in found[:_SHOWN]
    )


def _beginning(text: str | None) -> str | None:
    if text is None or len(text) <= _MOST_CHARACTERS:
        return text
    return text[:_MOST_CHARACTERS].rstrip() + " …"

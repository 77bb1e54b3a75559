"""The share of the teacher's score that an encoder keeps, with its uncertainty."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from codequest.errors import DatasetError, InvalidInputError
from codequest.texts import counted

DRAWS_AT_ONCE = 1 << 22


class Retention(NamedTuple):
    """Mean score of the encoder over mean score of the teacher, 1 when nothing is lost.

    Attributes:
        retention: On the queries as they are.
        low: Lower end of the interval.
        high: Upper end of the interval.
    """

    retention: float
    low: float
    high: float


def paired_bootstrap(
    student: npt.ArrayLike,
    teacher: npt.ArrayLike,
    *,
    resamples: int = 10_000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Retention:
    """Ratio of two means over the same queries, with a percentile bootstrap interval.

    Queries are drawn with replacement, and both means are taken over the same draw (Efron and Tibshirani, An
    Introduction to the Bootstrap, 1993, chapter 13). A draw in which the teacher scores zero has no ratio and is
    left out.

    Args:
        student: (queries,), a score of each query.
        teacher: (queries,), the teacher's score of the same queries.
        resamples: How many times to draw.
        seed: Seed of the draws.
        confidence: Part of the draws that lie in the interval.

    Raises:
        DatasetError: The teacher scores zero on every query.
        InvalidInputError: Not two finite arrays of equal length, or an argument out of its range.
    """
    scores = _checked_scores(student, teacher)
    if resamples < 1 or not 0 < confidence < 1:
        raise InvalidInputError(
            f"Expected at least 1 resample and a confidence between 0 and 1, got {resamples} and {confidence}."
        )
    if scores[1].mean() == 0:
        raise DatasetError(
            f"The teacher scores zero on all {counted(scores.shape[1], 'query')}: it finds nothing that an encoder "
            "could retain. Do the qrels belong to these documents, and is it the right teacher?"
        )
    random = np.random.default_rng(seed)
    queries = scores.shape[1]
    rows = max(1, DRAWS_AT_ONCE // queries)
    ratios = []
    for start in range(0, resamples, rows):
        draws = random.integers(queries, size=(min(rows, resamples - start), queries))
        sums = scores[:, draws].sum(axis=2)  # (2, rows)
        scored = sums[1] > 0
        ratios.append(sums[0, scored] / sums[1, scored])
    if not sum(map(len, ratios)):
        raise InvalidInputError(f"The teacher scored zero in all {counted(resamples, 'resample')}; draw more of them.")
    tail = (1 - confidence) / 2
    low, high = np.quantile(np.concatenate(ratios), [tail, 1 - tail])
    return Retention(float(scores[0].mean() / scores[1].mean()), float(low), float(high))


def _checked_scores(student: npt.ArrayLike, teacher: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Both as one array, (2, queries)."""
    student, teacher = np.asarray(student, dtype=np.float64), np.asarray(teacher, dtype=np.float64)
    if student.ndim != 1 or student.shape != teacher.shape or not student.size:
        raise InvalidInputError(
            f"Expected one score per query of both, for at least one query; got the shapes {student.shape} "
            f"and {teacher.shape}."
        )
    scores = np.stack([student, teacher])
    if not np.isfinite(scores).all() or (scores < 0).any():
        raise InvalidInputError("Scores must be finite and not negative.")
    return scores

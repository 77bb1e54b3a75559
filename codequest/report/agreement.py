"""Agreement of an encoder's results with its teacher's: needs no labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codequest.evaluation.exact_search import Indices
from codequest.evaluation.retention import paired_bootstrap

_PERSISTENCE = 0.9  # the first ten ranks carry 86% of the weight (Webber et al., 2010)


@dataclass(frozen=True, slots=True)
class Agreement:
    """An encoder's rankings and the teacher's, each of length k.

    Attributes:
        overlap: Part of the teacher's top k that is in the encoder's, mean over the queries.
        overlap_low: Lower end of its bootstrap interval.
        overlap_high: Upper end of it.
        rank_biased_overlap: Mean extrapolated rank-biased overlap: order counts, most at the top.
        first_found: Share of the queries whose first document of the teacher is in the encoder's top k.
        same_first: Share of the queries on which both have the same first document.
    """

    overlap: float
    overlap_low: float
    overlap_high: float
    rank_biased_overlap: float
    first_found: float
    same_first: float


def measure_agreement(found: Indices, ceiling: Indices, *, resamples: int, seed: int, confidence: float) -> Agreement:
    """Compare the rankings of the same queries.

    Args:
        found: The encoder's, (queries, k), best first.
        ceiling: The teacher's, of the same shape.
        resamples: Bootstrap resamples over the queries.
        seed: Seed of the bootstrap.
        confidence: Part of the resamples that lie in the interval.
    """
    overlaps = overlap_by_query(found, ceiling)
    mean = paired_bootstrap(
        overlaps, np.ones_like(overlaps), resamples=resamples, seed=seed, confidence=confidence
    )  # over ones, the ratio of two means is the mean
    return Agreement(
        overlap=mean.retention,
        overlap_low=mean.low,
        overlap_high=mean.high,
        rank_biased_overlap=float(rank_biased_overlap(found, ceiling).mean()),
        first_found=float((found == ceiling[:, :1]).any(axis=1).mean()),
        same_first=float((found[:, 0] == ceiling[:, 0]).mean()),
    )


def overlap_by_query(found: Indices, ceiling: Indices) -> npt.NDArray[np.float64]:
    """Part of each top k that both share, (queries,); order does not count."""
    return (found[:, :, None] == ceiling[:, None, :]).any(axis=2).mean(axis=1)  # type: ignore[no-any-return]


def rank_biased_overlap(
    found: Indices, ceiling: Indices, *, persistence: float = _PERSISTENCE
) -> npt.NDArray[np.float64]:
    """Extrapolated rank-biased overlap of each pair of rankings, (queries,): 1 when equal, 0 when disjoint.

    Source: RBO_EXT of Webber et al., A Similarity Measure for Indefinite Rankings, ACM TOIS 28, 2010.

    Args:
        found: (queries, k), no document twice in a row.
        ceiling: Documents of the teacher's rankings, of the same shape.
        persistence: Weight of a rank over that of the rank before it, between 0 and 1.
    """
    depths = np.arange(1, found.shape[1] + 1)
    shared = np.stack([overlap_by_query(found[:, :depth], ceiling[:, :depth]) for depth in depths], axis=1)
    weights = (1 - persistence) * persistence ** (depths - 1)
    rbo: npt.NDArray[np.float64] = shared @ weights + shared[:, -1] * persistence ** depths[-1]
    return rbo

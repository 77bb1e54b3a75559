"""Hubness: whether few documents are found again and again, and many never."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from codequest.evaluation.exact_search import Indices


@dataclass(frozen=True, slots=True)
class Hubness:
    """Unevenness with which documents are found.

    Attributes:
        k: Length of the rankings.
        skewness: Of N_k, the number of rankings that a document is in, over the documents; 0 when all are found
            equally often.
        never: Share of the documents that are in no ranking.
        never_at_least: Share that cannot be in one, because the rankings have fewer places than there are documents.
        most: In how many rankings the document is that is found most often.
    """

    k: int
    skewness: float
    never: float
    never_at_least: float
    most: int


def measure_hubness(top: Indices, documents: int) -> Hubness:
    """Skewness of the k-occurrences (Radovanović et al., Hubs in Space, JMLR 11, 2010, section 2.2).

    Args:
        top: Positions of the best documents, (queries, k).
        documents: How many documents there are.
    """
    occurrences = np.bincount(top.ravel(), minlength=documents)  # (documents,)
    deviation = occurrences - occurrences.mean()
    spread = float(occurrences.std())
    return Hubness(
        k=top.shape[1],
        skewness=float((deviation**3).mean()) / spread**3 if spread > 0 else 0.0,
        never=float((occurrences == 0).mean()),
        never_at_least=max(0.0, 1 - top.size / documents),
        most=int(occurrences.max()),
    )

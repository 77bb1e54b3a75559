"""How well an index ranks of which the teacher has embedded a share."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from codequest.data import RetrievalDataset
from codequest.evaluation.measures import DEPTH, measure_rankings
from codequest.search.vectors.tier_rows import NO_SLOT
from codequest.search.vectors.tiered_vectors import TieredVectors
from codequest.space import Vectors

ORDERS = 3  # random ones, whose mean is given


def ranked(folder: Path, data: RetrievalDataset, query_vectors: Vectors, share: float) -> float:
    """nDCG@10 of an index in this folder where the teacher has embedded a share of the documents."""
    ids, scores = list(data.documents), []
    numbers = np.arange(len(ids))
    for seed in range(ORDERS if 0 < share < 1 else 1):
        taught = np.random.default_rng(seed).permutation(len(ids)) < round(share * len(ids))
        slots = {"teacher": np.where(taught, numbers, NO_SLOT), "light": numbers}
        vectors = TieredVectors(folder, slots, dim=query_vectors.shape[1])
        rankings = {}
        for query, vector in zip(data.queries, query_vectors, strict=True):
            best = np.argsort(-vectors.cosines(vector).of(np.arange(len(vectors))), kind="stable")[:DEPTH]
            rankings[query] = [ids[position] for position in best]
        scores.append(np.mean(measure_rankings(rankings, data.qrels)["nDCG@10"]))
    return float(np.mean(scores))

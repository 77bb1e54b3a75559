"""Retrieval measures per query, computed by ir_measures (https://ir-measur.es)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from codequest.errors import InvalidInputError, require
from codequest.texts import counted

Measure = Literal["nDCG@10", "MRR@10", "Recall@1", "Recall@5", "Recall@10"]
"""Measures of every ranking; each is between 0 and 1."""

MEASURES: tuple[Measure, ...] = get_args(Measure)
DEPTH = 10
"""Number of documents of a ranking that the measures look at."""


def measure_rankings(
    rankings: Mapping[str, Sequence[str]], qrels: Mapping[str, Mapping[str, int]]
) -> dict[Measure, npt.NDArray[np.float64]]:
    """Every measure of every query.

    nDCG is that of trec_eval: the gain is the score itself, the discount is log2(rank + 1).

    Args:
        rankings: Document ids by query id, best first, each once.
        qrels: Relevance by query id and document id, at least of every query that was ranked.

    Returns:
        Per measure an array (queries,) in the order of `rankings`; MRR@10 holds reciprocal ranks.

    Raises:
        InvalidInputError: A query without judgments.
        MissingDependencyError: ``ir_measures`` is not installed.
    """
    missing = [query for query in rankings if query not in qrels]
    if missing:
        raise InvalidInputError(
            f"{counted(len(missing), 'ranked query has', 'ranked queries have')} no qrels, the first is {missing[0]!r}."
        )
    library = require("ir_measures", extra="evaluation")
    measures: dict[Any, Measure] = {
        library.nDCG @ 10: "nDCG@10",
        library.RR @ 10: "MRR@10",
        library.R @ 1: "Recall@1",
        library.R @ 5: "Recall@5",
        library.R @ 10: "Recall@10",
    }
    # ir_measures sorts by score, and breaks ties by id: scores that fall with the rank keep the ranking as it is.
    run = {
        query: {document: float(len(ranking) - rank) for rank, document in enumerate(ranking)}
        for query, ranking in rankings.items()
    }
    row = {query: position for position, query in enumerate(rankings)}
    values = {measure: np.zeros(len(row)) for measure in MEASURES}
    judged = {query: dict(qrels[query]) for query in rankings}
    for result in library.iter_calc(list(measures), judged, run):
        values[measures[result.measure]][row[result.query_id]] = result.value
    return values

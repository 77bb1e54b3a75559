"""Retention of what was timed, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.bench.found import with_retention
from codequest.bench.result import BenchResult, BenchRow
from codequest.data import RetrievalDataset

NAMES = ["a", "b"]
DATASET = RetrievalDataset(
    "two",
    {name: f"query {name}" for name in NAMES},
    {name: name for name in NAMES},
    {name: {name: 1} for name in NAMES},
)


def test_ndcg_is_set_against_that_of_the_teacher() -> None:
    result = BenchResult(
        rows=(BenchRow(name="teacher", rounds=()), BenchRow(name="light", rounds=())), threads=1, texts=3
    )
    right = np.eye(2, dtype=np.float32)
    vectors = {
        "teacher": np.vstack([right, right[:1]]),  # one text more than the dataset has
        "light": right[[0, 0, 0]],  # the second query finds its document second
    }
    judged = with_retention(result, DATASET, right, vectors)
    assert judged.dataset == "two"
    assert (judged.row("teacher").ndcg, judged.row("teacher").retention) == (1, 1)
    expected = (1 + 1 / np.log2(3)) / 2
    light = judged.row("light")
    assert light.ndcg == pytest.approx(expected)
    assert light.retention == pytest.approx(expected)
    assert light.retention_low is not None
    assert light.retention_high is not None
    assert light.retention_low <= expected <= light.retention_high

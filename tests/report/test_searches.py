"""What is searched, and whether stored vectors are the teacher's."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.errors import SpaceMismatchError
from codequest.evaluation.comparison import Sampling
from codequest.report import ReportData, run_study
from tests.evaluation.tables import (
    DATASET,
    PERFECT,
    TableEncoder,
    TableTeacher,
)

ENCODERS = {"weak": TableEncoder(), "perfect": TableEncoder(PERFECT)}


def test_stored_vectors_of_another_model_are_refused():
    rows = np.eye(4, dtype=np.float32)[[1, 0, 3, 2]]
    data = ReportData.from_dataset(DATASET, document_vectors=rows)
    with pytest.raises(SpaceMismatchError, match=r"are not those of test/table: 4 documents .* mean cosine of 0.00"):
        run_study(ENCODERS, TableTeacher(), data, sampling=Sampling(latency_queries=0))
    with pytest.raises(SpaceMismatchError, match=r"expected \(n, 4\)"):
        run_study(
            ENCODERS,
            TableTeacher(),
            ReportData.from_dataset(DATASET, document_vectors=np.eye(4, 5)),
            sampling=Sampling(),
        )


def test_stored_vectors_that_are_nearly_the_teachers_are_remarked_on():
    rows = np.eye(4, dtype=np.float32) + 0.15
    data = ReportData.from_dataset(
        DATASET, document_vectors=(rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    )
    notes = run_study(ENCODERS, TableTeacher(), data, sampling=Sampling(0, 50)).notes
    assert any("mean cosine of only 0.9" in note for note in notes)

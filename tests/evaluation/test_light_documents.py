"""What queries find among light documents, against what they find among the teacher's."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import Any

import numpy as np
import pytest

from codequest.errors import InvalidInputError
from codequest.evaluation import compare_documents
from tests.evaluation.tables import DATASET, PERFECT, SPACE, TEACHER, TableEncoder, TableTeacher


class LightEncoder(TableEncoder):
    """Takes the first document for the second, and the other way round."""

    def __init__(self) -> None:
        super().__init__()
        self.documents = True

    def embed_batch(self, queries: Sequence[str]) -> Any:
        place = {"document 0": 1, "document 1": 0, "document 2": 2, "document 3": 3}
        return np.stack([np.eye(4)[place[text]] for text in queries])


def test_every_encoder_is_compared_with_itself_in_the_teachers_documents() -> None:
    queries = {"perfect": TableEncoder(PERFECT), "as the teacher": TableEncoder(TEACHER)}
    [report] = compare_documents(LightEncoder(), queries, TableTeacher(), [DATASET])
    perfect, other = report.encoders
    # Query 0 ranks 0, 1, 2, 3 and finds its document second; query 1 ranks 1, 0, 2, 3, and so does it.
    light = (2 / log2(3) + 2) / 4
    assert perfect.measures["nDCG@10"] == pytest.approx(light)
    assert perfect.retention == pytest.approx(light)
    assert other.measures["nDCG@10"] == pytest.approx((3 / log2(3) + 1) / 4)  # query 3 ranks 0, 3, 1, 2: second still
    assert other.retention == pytest.approx(other.measures["nDCG@10"] / ((3 + 1 / log2(3)) / 4))
    assert perfect.overlap == pytest.approx(1)  # four documents, all of them in both tops
    assert (report.dataset, report.queries, report.documents) == ("four", 4, 4)
    assert report.teacher.measures["nDCG@10"] == pytest.approx((3 + 1 / log2(3)) / 4)
    assert report.space == SPACE.fingerprint


def test_an_encoder_for_queries_alone_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="table encoder was trained for queries alone"):
        list(compare_documents(TableEncoder(), {"table": TableEncoder()}, TableTeacher(), [DATASET]))

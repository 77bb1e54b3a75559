"""What query vectors find, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.errors import InvalidInputError
from codequest.evaluation.scoring import mean_cosine, mean_overlap, search_dataset
from tests.evaluation.tables import DATASET, PERFECT, STUDENT, vector

DOCUMENTS = np.eye(4, dtype=np.float32)


def vectors(rankings: dict[str, list[int]]) -> np.ndarray:
    return np.stack([vector(rankings[text]) for text in DATASET.queries.values()]).astype(np.float32)


def test_rankings_and_their_means() -> None:
    found = search_dataset(DATASET, vectors(STUDENT), DOCUMENTS)
    assert found.top.tolist() == [[0, 1, 2, 3]] * 4
    assert found.scores["MRR@10"].tolist() == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert found.means["MRR@10"] == pytest.approx(25 / 48)
    assert found.means["nDCG@10"] == pytest.approx(np.mean(1 / np.log2([2, 3, 4, 5])))
    assert found.means["Recall@10"] == 1


def test_cosine_and_overlap_with_the_ceiling() -> None:
    perfect = search_dataset(DATASET, vectors(PERFECT), DOCUMENTS)
    student = search_dataset(DATASET, 3 * vectors(STUDENT), DOCUMENTS)  # their length does not count
    assert mean_cosine(perfect, perfect) == pytest.approx(1)
    # 4·4 + 3·3 + 2·2 + 1·1 = 30 in the same order; the document moved to the front costs 1, 3 and 6 of it
    assert mean_cosine(student, perfect) == pytest.approx((30 + 29 + 27 + 24) / 120)
    assert mean_overlap(student, perfect) == 1


def test_vectors_of_other_texts_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="four has 4 queries and 4 documents, got 3 query vectors and 4 doc"):
        search_dataset(DATASET, vectors(PERFECT)[:3], DOCUMENTS)

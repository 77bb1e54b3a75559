from __future__ import annotations

import numpy as np
import pytest

from codequest.report.approximate.effort import found_share, least_effort, search_approximately
from codequest.report.approximate.kinds import IVF
from tests.report.approximate.cases import unit


def test_recall_rises_with_the_effort_to_one(searched):
    hnsw, _ = searched
    assert (hnsw.k, hnsw.documents, hnsw.queries) == (10, 3000, 60)
    for recall in hnsw.recall.values():
        assert len(recall) == len(hnsw.efforts)
        assert recall[0] < recall[-1]
        assert recall[-1] > 0.99


def test_the_needed_effort_is_the_least_that_reaches_the_target(searched):
    hnsw, _ = searched
    assert hnsw.target == hnsw.recall["teacher"][hnsw.efforts.index(64)]
    assert hnsw.needed["teacher"] <= 64
    efforts = dict(zip(hnsw.efforts, hnsw.recall["far"], strict=True))
    needed = hnsw.needed["far"]
    assert all(recall < hnsw.target for ef, recall in efforts.items() if ef < needed / 2)


def test_recall_against_labels_is_the_share_of_relevant_documents_found():
    vectors = np.eye(12, dtype=np.float32)
    off = vectors[[11, *range(1, 12)]]  # all but the first query find their document
    hnsw = search_approximately({"teacher": vectors, "off": off}, vectors, grades=[{row: 1} for row in range(12)], k=1)
    assert hnsw.labelled.recall_exact == pytest.approx({"teacher": 1, "off": 11 / 12})
    assert hnsw.labelled.recall["off"][-1] == pytest.approx(11 / 12)
    assert found_share(np.array([[0, 1], [2, 3]]), [[0, 7], [3]]) == 0.75


def test_ndcg_of_exact_search_is_that_of_the_order_and_every_document_found_later_costs_some():
    """Each query's documents: the one of grade 2 comes second, the one of grade 1 first."""
    vectors = np.eye(12, dtype=np.float32)
    queries = vectors + 0.5 * np.roll(vectors, 1, axis=1)
    hnsw = search_approximately(
        {"teacher": queries}, vectors, grades=[{row: 1, (row + 1) % 12: 2} for row in range(12)], k=2
    )
    expected = (1 + 2 / np.log2(3)) / (2 + 1 / np.log2(3))
    assert hnsw.labelled.ndcg_exact["teacher"] == pytest.approx(expected)
    assert hnsw.labelled.ndcg["teacher"][-1] == pytest.approx(expected)


def test_queries_off_the_documents_need_more_effort_than_those_on_them():
    """Documents in clusters; the encoder's queries lie between the clusters."""
    random = np.random.default_rng(1)
    centers = unit(random, 40, dim=32)
    documents = np.repeat(centers, 75, axis=0) + 0.3 * unit(random, 3000, dim=32)
    documents /= np.linalg.norm(documents, axis=1, keepdims=True)
    teacher = documents[random.permutation(3000)[:200]]
    encoder = teacher + 1.2 * unit(random, 200, dim=32)
    encoder = (encoder / np.linalg.norm(encoder, axis=1, keepdims=True)).astype(np.float32)
    found = search_approximately({"teacher": teacher, "encoder": encoder}, documents, kind=IVF)
    assert found.recall["encoder"][0] < found.recall["teacher"][0]
    assert found.needed["encoder"] > found.needed["teacher"]
    efforts = dict(zip(found.efforts, found.recall["encoder"], strict=True))
    assert all(recall < found.target for effort, recall in efforts.items() if effort < found.needed["encoder"])
    assert all(recall >= found.target for effort, recall in efforts.items() if effort >= found.needed["encoder"])


def test_without_labels_there_is_no_recall_against_them(searched):
    hnsw, _ = searched
    assert hnsw.labelled is None


def test_fewer_documents_than_ten_are_all_found():
    vectors = np.eye(4, dtype=np.float32)
    hnsw = search_approximately({"teacher": vectors, "same": vectors}, vectors)
    assert hnsw.k == 4
    assert set(hnsw.recall["same"]) == {1.0}
    assert hnsw.needed == {"teacher": 4, "same": 4}


def test_equal_documents_are_as_good_as_each_other():
    documents = np.repeat(np.eye(3, dtype=np.float32), 30, axis=0)
    hnsw = search_approximately({"teacher": np.eye(3, dtype=np.float32)}, documents)
    assert hnsw.recall["teacher"][-1] == 1


@pytest.mark.parametrize("wanted", [1, 10, 11, 16, 63, 64, 65, 100])
def test_the_least_effort_is_exact_and_soon_found(wanted):
    tried: list[int] = []

    def recall(ef: int) -> float:
        tried.append(ef)
        return float(ef >= wanted)

    assert least_effort(recall, 0.5, lowest=10, highest=100) == max(wanted, 10)
    assert len(set(tried)) <= 12


def test_a_target_out_of_reach_has_no_effort():
    assert least_effort(lambda _: 0.2, 0.5, lowest=10, highest=100) is None

from __future__ import annotations

import numpy as np
import pytest

from codequest.report.graph import build_graph, found_share, least_effort, search_graph


def unit(random: np.random.Generator, rows: int, dim: int = 16) -> np.ndarray:
    vectors = random.normal(size=(rows, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def searched():
    random = np.random.default_rng(0)
    documents = unit(random, 3000)
    return search_graph({"teacher": unit(random, 60), "far": unit(random, 60)}, documents, seed=0), documents


def test_recall_rises_with_the_effort_to_one(searched):
    graph, _ = searched
    assert (graph.k, graph.documents, graph.queries) == (10, 3000, 60)
    for recall in graph.recall.values():
        assert len(recall) == len(graph.efs)
        assert recall[0] < recall[-1]
        assert recall[-1] > 0.99


def test_the_needed_effort_is_the_least_that_reaches_the_target(searched):
    graph, _ = searched
    assert graph.target == graph.recall["teacher"][graph.efs.index(64)]
    assert graph.needed_ef["teacher"] <= 64
    efforts = dict(zip(graph.efs, graph.recall["far"], strict=True))
    needed = graph.needed_ef["far"]
    assert all(recall < graph.target for ef, recall in efforts.items() if ef < needed / 2)


def test_recall_against_labels_is_the_share_of_relevant_documents_found():
    vectors = np.eye(12, dtype=np.float32)
    off = vectors[[11, *range(1, 12)]]  # all but the first query find their document
    graph = search_graph({"teacher": vectors, "off": off}, vectors, relevant=[[row] for row in range(12)], k=1)
    assert graph.labelled_exact == pytest.approx({"teacher": 1, "off": 11 / 12})
    assert graph.labelled["off"][-1] == pytest.approx(11 / 12)
    assert found_share(np.array([[0, 1], [2, 3]]), [[0, 7], [3]]) == 0.75


def test_without_labels_there_is_no_recall_against_them(searched):
    graph, _ = searched
    assert graph.labelled is None
    assert graph.labelled_exact is None


def test_the_graph_is_the_same_every_time(searched):
    graph, documents = searched
    random = np.random.default_rng(0)
    unit(random, 3000)
    again = search_graph({"teacher": unit(random, 60), "far": unit(random, 60)}, documents, seed=0)
    assert again == graph


def test_faiss_finds_the_neighbors_by_inner_product():
    documents = np.eye(4, dtype=np.float32)
    scores, positions = build_graph(documents).search(np.array([[0.1, 0.9, 0.2, 0.0]], np.float32), 2)
    assert positions.tolist() == [[1, 2]]
    assert scores[0] == pytest.approx([0.9, 0.2])


def test_fewer_documents_than_ten_are_all_found():
    vectors = np.eye(4, dtype=np.float32)
    graph = search_graph({"teacher": vectors, "same": vectors}, vectors)
    assert graph.k == 4
    assert set(graph.recall["same"]) == {1.0}
    assert graph.needed_ef == {"teacher": 4, "same": 4}


def test_equal_documents_are_as_good_as_each_other():
    documents = np.repeat(np.eye(3, dtype=np.float32), 30, axis=0)
    graph = search_graph({"teacher": np.eye(3, dtype=np.float32)}, documents)
    assert graph.recall["teacher"][-1] == 1


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

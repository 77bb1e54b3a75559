"""HNSW and IVF as FAISS builds them."""

from __future__ import annotations

import numpy as np
import pytest

from codequest.report.approximate.effort import search_approximately
from codequest.report.approximate.kinds import IVF, build_hnsw, build_lists
from tests.report.approximate.cases import unit


def test_lists_find_more_the_more_of_them_are_read_and_all_when_all_are():
    random = np.random.default_rng(0)
    documents, near = unit(random, 3000), unit(random, 60)
    far = near + 2 * unit(random, 60)
    found = search_approximately({"teacher": documents[:60], "far": far}, documents, kind=IVF)
    assert (found.index, found.effort, found.efforts, found.reference) == ("IVF", "nprobe", (1, 2, 4, 8, 16, 32, 64), 8)
    for recall in found.recall.values():
        assert list(recall) == sorted(recall)
    assert found.target == found.recall["teacher"][3]
    lists = build_lists(documents)
    assert lists.nlist == 3000 // 39
    exact = np.argsort(-(documents[:60] @ documents.T), axis=1)[:, :10]
    lists.nprobe = found.needed["teacher"]
    _, positions = lists.search(documents[:60], 10)
    shared = np.mean([np.isin(a, b).mean() for a, b in zip(positions, exact, strict=True)])
    assert shared >= found.target - 1e-9
    assert found.needed["teacher"] <= 8
    lists.nprobe = lists.nlist
    assert (np.sort(lists.search(documents[:60], 10)[1]) == np.sort(exact)).mean() > 0.999


def test_the_graph_is_the_same_every_time(searched):
    hnsw, documents = searched
    random = np.random.default_rng(0)
    unit(random, 3000)
    again = search_approximately({"teacher": unit(random, 60), "far": unit(random, 60)}, documents, seed=0)
    assert again == hnsw


def test_faiss_finds_the_neighbors_by_inner_product():
    documents = np.eye(4, dtype=np.float32)
    scores, positions = build_hnsw(documents).search(np.array([[0.1, 0.9, 0.2, 0.0]], np.float32), 2)
    assert positions.tolist() == [[1, 2]]
    assert scores[0] == pytest.approx([0.9, 0.2])

from __future__ import annotations

import numpy as np
import pytest

from codequest.errors import InvalidInputError
from codequest.evaluation import search
from codequest.evaluation.search import exact_search


def _brute_force(queries, documents, k):
    """Cosines in float64, one by one; sorted by cosine, then by position."""
    found = []
    for query in queries.astype(np.float64):
        cosines = [
            round(float(query @ document / np.linalg.norm(query) / np.linalg.norm(document)), 6)
            for document in documents.astype(np.float64)
        ]
        found.append(sorted(range(len(documents)), key=lambda i: (-cosines[i], i))[:k])
    return np.array(found)


@pytest.mark.parametrize("k", [1, 7, 60, 100])
@pytest.mark.parametrize("at_once", [1, 200, 1 << 24])
def test_equals_brute_force_whatever_the_chunks(monkeypatch, k, at_once):
    monkeypatch.setattr(search, "_SCORES_AT_ONCE", at_once)
    random = np.random.default_rng(1)
    queries = random.normal(size=(9, 16)).astype(np.float32)
    documents = (random.normal(size=(60, 16)) * random.uniform(0.1, 10, size=(60, 1))).astype(np.float32)
    indices, scores = exact_search(queries, documents, k=k)
    expected = _brute_force(queries, documents, k)
    np.testing.assert_array_equal(indices, expected)
    unit = queries / np.linalg.norm(queries, axis=1, keepdims=True)
    units = documents / np.linalg.norm(documents, axis=1, keepdims=True)
    np.testing.assert_allclose(scores, np.take_along_axis(unit @ units.T, expected, axis=1), atol=2e-6)
    assert (np.diff(scores, axis=1) <= 0).all()


def test_equal_documents_keep_their_order_also_where_the_list_is_cut():
    documents = np.array([[0, 1], [1, 0], [1, 1], [2, 0], [3, 0], [1, 0]], dtype=np.float32)
    query = np.array([[5, 0]], dtype=np.float32)
    assert exact_search(query, documents, k=3)[0].tolist() == [[1, 3, 4]]
    assert exact_search(query, documents, k=6)[0].tolist() == [[1, 3, 4, 5, 2, 0]]


def test_ties_in_a_large_corpus_of_one_text():
    documents = np.tile(np.random.default_rng(0).normal(size=(1, 48)).astype(np.float32), (999, 1))
    indices, scores = exact_search(documents[:2], documents, k=5)
    assert indices.tolist() == [[0, 1, 2, 3, 4]] * 2
    assert scores.tolist() == [[1.0] * 5] * 2


def test_no_queries_find_nothing():
    indices, scores = exact_search(np.empty((0, 2), np.float32), np.ones((3, 2), np.float32), k=2)
    assert indices.shape == scores.shape == (0, 2)


def test_a_zero_vector_has_cosine_zero():
    assert exact_search(np.zeros((1, 2), np.float32), np.eye(2, dtype=np.float32), k=2)[1].tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize(
    ("queries", "documents", "k", "message"),
    [
        ((1, 2), (3, 2), 0, r"k must be at least 1, got 0"),
        ((1, 2), (3, 4), 1, r"got the shapes \(1, 2\) and \(3, 4\)"),
        ((2,), (3, 2), 1, r"got the shapes \(2,\) and \(3, 2\)"),
        ((1, 2), (0, 2), 1, r"at least one document vector .* and \(0, 2\)"),
    ],
)
def test_wrong_arguments_are_refused(queries, documents, k, message):
    with pytest.raises(InvalidInputError, match=message):
        exact_search(np.ones(queries, np.float32), np.ones(documents, np.float32), k=k)

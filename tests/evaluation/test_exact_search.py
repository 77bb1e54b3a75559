from __future__ import annotations

import numpy as np
import pytest

from codequest.errors import InvalidInputError
from codequest.evaluation import exact_search as search
from codequest.evaluation.exact_search import exact_search


def _brute_force(queries, documents, k):
    """Inner products in float64, one by one; sorted by product, then by position."""
    found = []
    for query in queries.astype(np.float64):
        products = [round(float(query @ document), 6) for document in documents.astype(np.float64)]
        found.append(sorted(range(len(documents)), key=lambda i: (-products[i], i))[:k])
    return np.array(found)


def _unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("k", [1, 7, 60, 100])
@pytest.mark.parametrize("at_once", [1, 200, 1 << 24])
def test_equals_brute_force_whatever_the_chunks(monkeypatch, k, at_once):
    monkeypatch.setattr(search, "SCORES_AT_ONCE", at_once)
    random = np.random.default_rng(1)
    queries, documents = _unit(random.normal(size=(9, 16))), _unit(random.normal(size=(60, 16)))
    indices, scores = exact_search(queries, documents, k=k)
    expected = _brute_force(queries, documents, k)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_allclose(scores, np.take_along_axis(queries @ documents.T, expected, axis=1), atol=2e-6)
    assert (np.diff(scores, axis=1) <= 0).all()


@pytest.mark.parametrize("k", [1, 7, 60])
def test_documents_of_any_length_rank_by_inner_product(k):
    random = np.random.default_rng(2)
    queries = random.normal(size=(9, 16)).astype(np.float32)
    documents = (random.normal(size=(60, 16)) * random.uniform(0.1, 10, size=(60, 1))).astype(np.float32)
    before = queries.copy(), documents.copy()
    indices, scores = exact_search(queries, documents, k=k)
    expected = _brute_force(queries, documents, k)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_allclose(
        scores, np.take_along_axis(queries @ documents.T, expected, axis=1), rtol=1e-5, atol=2e-6
    )
    assert (indices != exact_search(_unit(queries), _unit(documents), k=k)[0]).any()  # which the cosine does not
    np.testing.assert_array_equal(queries, before[0])
    np.testing.assert_array_equal(documents, before[1])


def test_a_long_document_comes_before_a_nearer_short_one():
    documents = np.array([[1, 0], [3, 3], [-9, 0]], dtype=np.float32)
    indices, scores = exact_search(np.array([[2, 0]], dtype=np.float32), documents, k=3)
    assert indices.tolist() == [[1, 0, 2]]
    assert scores.tolist() == [[6.0, 2.0, -18.0]]


def test_equal_documents_keep_their_order_also_where_the_list_is_cut():
    documents = _unit(np.array([[0, 1], [1, 0], [1, 1], [2, 0], [3, 0], [1, 0]]))
    query = np.array([[1, 0]], dtype=np.float32)
    assert exact_search(query, documents, k=3)[0].tolist() == [[1, 3, 4]]
    assert exact_search(query, documents, k=6)[0].tolist() == [[1, 3, 4, 5, 2, 0]]


def test_ties_in_a_large_corpus_of_one_text():
    documents = np.tile(_unit(np.random.default_rng(0).normal(size=(1, 48))), (999, 1))
    indices, scores = exact_search(documents[:2], documents, k=5)
    assert indices.tolist() == [[0, 1, 2, 3, 4]] * 2
    assert scores.tolist() == [[1.0] * 5] * 2


def test_no_queries_find_nothing():
    indices, scores = exact_search(np.empty((0, 2), np.float32), np.ones((3, 2), np.float32), k=2)
    assert indices.shape == scores.shape == (0, 2)


def test_a_zero_vector_has_the_score_zero():
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

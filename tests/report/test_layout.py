from __future__ import annotations

import numpy as np
import pytest

from codequest.report.layout import embed_in_plane


def vectors(seed: int, rows: int, dim: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)


def test_few_points_are_placed_by_pca():
    layout = embed_in_plane({"a": vectors(1, 3)}, vectors(2, 3), vectors(3, 4), seed=0)
    assert (layout.method, layout.perplexity) == ("PCA", None)
    assert (layout.queries, layout.documents) == ((0, 1, 2), (0, 1, 2, 3))
    stacked = np.concatenate([vectors(3, 4), vectors(2, 3), vectors(1, 3)])
    centered = stacked - stacked.mean(axis=0)
    placed = np.concatenate([layout.document_points, layout.query_points["teacher"], layout.query_points["a"]])
    expected = np.linalg.svd(centered, compute_uv=False)[:2] ** 2
    assert (placed**2).sum(axis=0) == pytest.approx(expected, rel=1e-3)  # as much variance as two directions can have


def test_a_space_of_one_dimension_lies_on_a_line():
    layout = embed_in_plane({"a": vectors(1, 3, 1)}, vectors(2, 3, 1), vectors(3, 4, 1), seed=0)
    assert {y for _, y in layout.document_points} == {0.0}


def test_many_points_are_placed_by_tsne_near_their_equals():
    clusters = np.repeat(np.eye(4, 8, dtype=np.float32), 12, axis=0)
    documents = clusters + 0.05 * vectors(1, 48)
    teacher = clusters[::4] + 0.05 * vectors(2, 12)
    layout = embed_in_plane({"a": teacher}, teacher, documents, seed=3)
    assert layout.method == "t-SNE"
    assert layout.perplexity == pytest.approx((48 + 24 - 1) / 3)
    placed, queries = np.array(layout.document_points), np.array(layout.query_points["teacher"])
    distances = np.linalg.norm(queries[:, None] - placed[None], axis=2)
    assert (distances.argmin(axis=1) // 12).tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
    again = embed_in_plane({"a": teacher}, teacher, documents, seed=3)
    assert again == layout


def test_large_sets_are_sampled_by_the_seed(monkeypatch):
    monkeypatch.setattr("codequest.report.layout.MOST_DOCUMENTS", 12)
    monkeypatch.setattr("codequest.report.layout.MOST_QUERIES", 5)
    drawn = [embed_in_plane({"a": vectors(1, 50)}, vectors(2, 50), vectors(3, 90), seed=seed) for seed in (0, 1)]
    for layout in drawn:
        assert len(layout.documents) == len(layout.document_points) == 12
        assert len(layout.queries) == len(layout.query_points["a"]) == 5
        assert list(layout.queries) == sorted(layout.queries)
    assert drawn[0].queries != drawn[1].queries
    assert drawn[0].method == "PCA"  # 12 + 2 * 5 points

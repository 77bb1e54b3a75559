"""Cosines of an index whose vectors are of two tiers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.search.store.vector_file import append_vectors
from codequest.search.vectors.tier_rows import NO_SLOT
from codequest.search.vectors.tiered_vectors import TieredVectors
from codequest.space import normalized
from tests.search.store.clustered import clustered

DIM, CHUNKS = 16, 600


def written(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of the same chunks by a teacher, and by what sees them narrower and further from every query."""
    chance = np.random.default_rng(5)
    teacher = normalized(chance.standard_normal((CHUNKS, DIM)).astype(np.float32))
    shifted = 0.3 * teacher + 0.1 * chance.standard_normal((CHUNKS, DIM)) + np.eye(DIM)[0]
    light = normalized(shifted.astype(np.float32))
    append_vectors(folder, "teacher", teacher)
    append_vectors(folder, "light", light)
    return teacher, light


def every(vectors: TieredVectors, query: np.ndarray) -> np.ndarray:
    return vectors.cosines(query).of(np.arange(len(vectors)))


def test_each_chunk_has_the_best_vector_that_there_is(tmp_path: Path) -> None:
    teacher, light = written(tmp_path)
    numbers, none = np.arange(CHUNKS), np.full(CHUNKS, NO_SLOT)
    query = np.eye(DIM, dtype=np.float32)[0]
    whole = TieredVectors(tmp_path, {"teacher": numbers, "light": numbers}, dim=DIM)
    np.testing.assert_allclose(every(whole, query), teacher @ query, atol=1e-6)
    only = TieredVectors(tmp_path, {"teacher": none, "light": numbers[::-1]}, dim=DIM)
    np.testing.assert_allclose(every(only, query), light[::-1] @ query, atol=1e-6)
    few = np.where(numbers % 60 == 0, numbers, NO_SLOT)  # so few that their rows are copied out
    mixed = TieredVectors(tmp_path, {"teacher": few, "light": numbers}, dim=DIM)
    taught = numbers % 60 == 0
    np.testing.assert_array_equal(mixed.taught, taught)
    np.testing.assert_allclose(every(mixed, query)[taught], (teacher @ query)[taught], atol=1e-6)


def test_no_tier_is_preferred(tmp_path: Path) -> None:
    """Of a mixed index the best tenth has as many chunks of each tier as the index, for queries far and near."""
    _, light = written(tmp_path)
    chance = np.random.default_rng(6)
    numbers = np.arange(CHUNKS)
    taught = chance.permutation(CHUNKS) % 2 == 0
    slots = {"teacher": np.where(taught, numbers, NO_SLOT), "light": numbers}
    vectors = TieredVectors(tmp_path, slots, dim=DIM)
    shares, unmatched = [], []
    for query in normalized(chance.standard_normal((200, DIM)).astype(np.float32)):
        found = every(vectors, query)
        shares.append(taught[np.argsort(-found)[: CHUNKS // 10]].mean())
        plain = np.where(taught, found, light @ query)
        unmatched.append(taught[np.argsort(-plain)[: CHUNKS // 10]].mean())
    assert np.mean(shares) == pytest.approx(0.5, abs=0.05)
    assert np.std(shares) < 0.15
    assert np.mean(unmatched) > 0.7  # as they are, the tier that spreads further is found


def test_of_many_chunks_the_best_are_found_by_their_codes(tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    many = 10_000
    vectors = clustered(chance, many, 256)
    append_vectors(tmp_path, "teacher", vectors[:9000])
    append_vectors(tmp_path, "teacher", vectors[9000:])
    slots = {"teacher": np.arange(many)[::-1].copy(), "light": np.full(many, NO_SLOT)}
    tiered = TieredVectors(tmp_path, slots, dim=256)
    assert tiered.reads_codes
    query = normalized(vectors[:1] + 0.05 * chance.standard_normal((1, 256)).astype(np.float32))[0]
    exact = (vectors @ query)[::-1]
    found = tiered.cosines(query)
    places, cosines = found.best(100)
    assert 800 <= len(places) < 820
    np.testing.assert_allclose(cosines, exact[places], atol=1e-6)
    assert set(np.argsort(-exact)[:10]) <= set(places)
    assert len(set(np.argsort(-exact)[:100]) & set(places)) >= 90
    assert found.most == pytest.approx(exact.max(), abs=1e-6)
    assert found.mean == pytest.approx(exact.mean(), abs=0.005)
    np.testing.assert_allclose(found.of(np.array([5, 9999])), exact[[5, 9999]], atol=1e-6)
    assert len(found.best(1000)[0]) >= 4000
    assert sorted(found.best(many)[0]) == list(range(many))


def test_of_many_chunks_only_those_of_a_mask_are_found(tmp_path: Path) -> None:
    chance = np.random.default_rng(8)
    many = 20_000
    vectors = clustered(chance, many, 256)
    append_vectors(tmp_path, "teacher", vectors)
    slots = {"teacher": np.arange(many), "light": np.full(many, NO_SLOT)}
    tiered = TieredVectors(tmp_path, slots, dim=256)
    query = vectors[1]
    for share in (2, 100):  # of the first the codes are read, of the second all vectors
        mask = np.arange(many) % share == 0
        found = tiered.cosines(query, mask)
        places, cosines = found.best(100)
        assert mask[places].all()
        assert found.allowed == many // share
        np.testing.assert_allclose(cosines, (vectors @ query)[places], atol=1e-6)
        assert set(np.flatnonzero(mask)[np.argsort(-(vectors @ query)[mask])[:20]]) <= set(places)
        assert found.mean == pytest.approx((vectors @ query)[mask].mean(), abs=0.01)
    nothing = tiered.cosines(query, np.zeros(many, bool))
    assert (nothing.mean, nothing.most, len(nothing.best(5)[0])) == (0, 0, 0)


def test_a_large_tier_and_a_small_one_are_searched_together(tmp_path: Path) -> None:
    chance = np.random.default_rng(9)
    many, few = 9000, 500
    vectors = clustered(chance, many, 256)
    append_vectors(tmp_path, "teacher", vectors[few:])
    append_vectors(tmp_path, "light", vectors)
    numbers = np.arange(many)
    slots = {"teacher": np.where(numbers < few, NO_SLOT, numbers - few), "light": numbers}
    tiered = TieredVectors(tmp_path, slots, dim=256)
    for row in (3, 8000):
        places, cosines = tiered.cosines(vectors[row]).best(10)
        assert places[np.argmax(cosines)] == row
        assert set(range(few)) <= set(places)  # of the small tier all
        np.testing.assert_allclose(cosines, (vectors @ vectors[row])[places], atol=1e-5)  # both tiers are the same


def test_what_cannot_be_right_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    numbers, none = np.arange(CHUNKS), np.full(CHUNKS, NO_SLOT)
    with pytest.raises(ValueError, match="chunks that have no vector"):
        TieredVectors(tmp_path, {"teacher": np.where(numbers < 9, NO_SLOT, numbers), "light": none}, dim=DIM)
    with pytest.raises(ValueError, match=r"light\.f32 has .* fewer than"):
        TieredVectors(tmp_path, {"teacher": none, "light": numbers + 1}, dim=DIM)

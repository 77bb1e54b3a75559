"""Cosines of an index whose vectors are of two tiers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.search.store.vector_file import append_vectors
from codequest.search.tiered_vectors import NO_SLOT, TieredVectors
from codequest.space import normalized

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


def test_each_chunk_has_the_best_vector_that_there_is(tmp_path: Path) -> None:
    teacher, light = written(tmp_path)
    numbers, none = np.arange(CHUNKS), np.full(CHUNKS, NO_SLOT)
    query = np.eye(DIM, dtype=np.float32)[0]
    whole = TieredVectors(tmp_path, {"teacher": numbers, "light": numbers}, dim=DIM)
    np.testing.assert_allclose(whole.cosines(query), teacher @ query, atol=1e-6)
    only = TieredVectors(tmp_path, {"teacher": none, "light": numbers[::-1]}, dim=DIM)
    np.testing.assert_allclose(only.cosines(query), light[::-1] @ query, atol=1e-6)
    few = np.where(numbers % 60 == 0, numbers, NO_SLOT)  # so few that their rows are copied out
    mixed = TieredVectors(tmp_path, {"teacher": few, "light": numbers}, dim=DIM)
    taught = numbers % 60 == 0
    np.testing.assert_array_equal(mixed.taught, taught)
    np.testing.assert_allclose(mixed.cosines(query)[taught], (teacher @ query)[taught], atol=1e-6)


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
        found = vectors.cosines(query)
        shares.append(taught[np.argsort(-found)[: CHUNKS // 10]].mean())
        plain = np.where(taught, found, light @ query)
        unmatched.append(taught[np.argsort(-plain)[: CHUNKS // 10]].mean())
    assert np.mean(shares) == pytest.approx(0.5, abs=0.05)
    assert np.std(shares) < 0.15
    assert np.mean(unmatched) > 0.7  # as they are, the tier that spreads further is found


def test_of_many_chunks_the_best_have_exact_cosines_and_the_others_nearly(tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    many = 10_000
    vectors = normalized(chance.standard_normal((many, 64)).astype(np.float32))
    append_vectors(tmp_path, "teacher", vectors)
    slots = {"teacher": np.arange(many)[::-1].copy(), "light": np.full(many, NO_SLOT)}
    tiered = TieredVectors(tmp_path, slots, dim=64)
    query = normalized(chance.standard_normal((1, 64)).astype(np.float32))[0]
    exact = (vectors @ query)[::-1]
    found = tiered.cosines(query)
    best = np.argsort(-exact)[:100]
    np.testing.assert_array_equal(np.argsort(-found)[:100], best)
    np.testing.assert_allclose(found[best], exact[best], atol=1e-6)
    np.testing.assert_allclose(found, exact, atol=0.01)
    assert np.abs(found - exact).max() > 1e-5  # they come from the codes
    mask = exact < 0
    among = tiered.cosines(query, mask)
    best_among = np.flatnonzero(mask)[np.argsort(-exact[mask])[:100]]
    np.testing.assert_allclose(among[best_among], exact[best_among], atol=1e-6)


def test_what_cannot_be_right_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    numbers, none = np.arange(CHUNKS), np.full(CHUNKS, NO_SLOT)
    with pytest.raises(ValueError, match="chunks that have no vector"):
        TieredVectors(tmp_path, {"teacher": np.where(numbers < 9, NO_SLOT, numbers), "light": none}, dim=DIM)
    with pytest.raises(ValueError, match=r"light\.f32 has .* fewer than"):
        TieredVectors(tmp_path, {"teacher": none, "light": numbers + 1}, dim=DIM)

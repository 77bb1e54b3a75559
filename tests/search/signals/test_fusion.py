"""Several indexes that rank as if they were one."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from codequest.search.chunking.chunks import Chunk
from codequest.search.ranking import rank, rank_matches, rank_together
from codequest.search.signals.fusion import Ranking, Searched, joined, local
from codequest.search.snapshot import Snapshot
from codequest.search.store import ChunkStore
from codequest.space import Vectors


def indexed(folder: Path, texts: list[str], vectors: Vectors, *, start: int = 0) -> Snapshot:
    folder.mkdir()
    chunks = [
        Chunk(path=f"{number}.py", language="python", kind="window", symbol="", start_line=1, end_line=3, text=text)
        for number, text in enumerate(texts, start)
    ]
    writer = ChunkStore(folder).begin({}, dim=vectors.shape[1])
    writer.add(chunks, vectors, tier="teacher")
    return Snapshot(ChunkStore(folder), writer.finish(), dim=vectors.shape[1])


@pytest.fixture
def halves(tmp_path: Path) -> tuple[Snapshot, list[Snapshot]]:
    """An index, and its first eight chunks and the others as two."""
    draw = np.random.default_rng(2)
    texts = [" ".join(draw.choice(["alpha", "beta", "gamma", "delta"], 5)) for _ in range(20)]
    vectors = draw.standard_normal((20, 6)).astype(np.float32)
    parts = [indexed(tmp_path / "a", texts[:8], vectors[:8]), indexed(tmp_path / "b", texts[8:], vectors[8:], start=8)]
    return indexed(tmp_path / "all", texts, vectors), parts


def test_positions_go_on_from_one_index_to_the_next(halves: tuple[Snapshot, list[Snapshot]]) -> None:
    searched = [Searched(part, vector=None) for part in halves[1]]
    rankings = [Ranking(np.array([3, 0]), np.array([1, 2])), Ranking(np.array([0, 11]), np.array([3, 4]))]
    both = joined(searched, rankings)
    assert (both.positions.tolist(), both.scores.tolist()) == ([3, 0, 8, 19], [1, 2, 3, 4])
    assert local(searched, both.positions) == ([0, 0, 1, 1], [3, 0, 0, 11])


def test_two_halves_rank_by_meaning_as_the_whole(halves: tuple[Snapshot, list[Snapshot]]) -> None:
    whole, parts = halves
    vector = np.array([1, 0.5, 0, 0, -1, 0.2], np.float32)
    searched = [Searched(part, vector=vector, space="one") for part in parts]
    one = rank(whole, "alpha", vector, mode="dense", limit=20)
    two = rank_together(searched, "alpha", mode="dense", limit=20)
    assert two.positions.tolist() == one.positions.tolist()
    np.testing.assert_allclose(two.scores, one.scores, rtol=1e-6)
    hybrid = [
        rank(whole, "unicorn", vector, mode="hybrid", limit=20),
        rank_together(searched, "unicorn", mode="hybrid", limit=20),
    ]
    assert hybrid[1].positions.tolist() == hybrid[0].positions.tolist()
    np.testing.assert_allclose(hybrid[1].scores, hybrid[0].scores, rtol=1e-5)


def test_bm25_of_several_is_in_words_that_only_one_chunk_has(halves: tuple[Snapshot, list[Snapshot]]) -> None:
    searched = [Searched(part, vector=None) for part in halves[1]]
    found = rank_together(searched, "alpha", mode="lexical", limit=20)
    expected = {}
    for start, part in zip((0, 8), halves[1], strict=True):
        own = rank(part, "alpha", None, mode="lexical", limit=20)
        pairs = zip(own.positions.tolist(), own.scores.tolist(), strict=True)
        expected |= {start + position: score / math.log(len(part)) for position, score in pairs}
    assert dict(zip(found.positions.tolist(), found.scores.tolist(), strict=True)) == pytest.approx(expected)
    assert (np.diff(found.scores) <= 0).all()


def test_cosines_of_different_teachers_compare_by_the_mean_and_the_best_of_each(
    halves: tuple[Snapshot, list[Snapshot]],
) -> None:
    vectors = [np.eye(6, dtype=np.float32)[0], 100 * np.eye(6, dtype=np.float32)[1]]
    searched = [
        Searched(part, vector=vector, space=str(number))
        for number, (part, vector) in enumerate(zip(halves[1], vectors, strict=True))
    ]
    found = rank_together(searched, "alpha", mode="dense", limit=20)
    assert set(local(searched, found.positions[:2])[0]) == {0, 1}
    assert found.scores[:2].tolist() == [1, 1]


def test_what_no_word_matches_comes_last_where_everything_is_asked_for(halves: tuple[Snapshot, list[Snapshot]]) -> None:
    masks = [np.arange(8) < 3, np.arange(12) < 2]
    searched = [Searched(part, vector=None, mask=mask) for part, mask in zip(halves[1], masks, strict=True)]
    found = rank_together(searched, "unicorn", mode="lexical", limit=20, everything=True)
    assert (found.positions.tolist(), found.scores.tolist()) == ([0, 1, 2, 8, 9], [0] * 5)
    assert rank_together(searched, "unicorn", mode="lexical", limit=20).positions.tolist() == []
    matches = [Ranking(np.array([2, 1]), np.array([0.5, 0.9])), Ranking(np.array([1]), np.array([0.7]))]
    assert rank_matches(searched, matches, limit=2).positions.tolist() == [1, 9]

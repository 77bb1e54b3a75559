"""How rankings are fused and re-ranked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codequest.search.chunking.chunks import Chunk
from codequest.search.hits import SearchMode
from codequest.search.ranking import rank
from codequest.search.signals.fusion import Ranking, best
from codequest.search.snapshot import Snapshot
from codequest.search.store import ChunkStore

TEXTS = ["alpha beta", "alpha", "gamma", "delta", "delta delta"]

VECTORS = np.eye(5, dtype=np.float32)


def snapshot(folder: Path, *, symbols: list[str] | None = None, paths: list[str] | None = None) -> Snapshot:
    chunks = [
        Chunk(
            path=(paths or ["code"] * 5)[number],
            language="python",
            kind="function",
            symbol=(symbols or [""] * 5)[number],
            start_line=number + 1,
            end_line=number + 1,
            text=text,
        )
        for number, text in enumerate(TEXTS)
    ]
    store = ChunkStore(folder)
    writer = store.begin({}, dim=5)
    writer.add(chunks, VECTORS, tier="teacher")
    return Snapshot(store, writer.finish(), dim=5)


def test_each_mode_ranks_by_what_it_says(tmp_path: Path) -> None:
    chunks = snapshot(tmp_path)
    query = np.array([0.1, 0.2, 0.9, 0.3, 0.0], np.float32)
    dense = rank(chunks, "alpha", query, mode="dense", limit=3)
    assert dense.positions.tolist() == [2, 3, 1]
    np.testing.assert_allclose(dense.scores, [0.9, 0.3, 0.2])
    lexical = rank(chunks, "alpha", None, mode="lexical", limit=3)
    assert lexical.positions.tolist() == [1, 0]  # the shorter text first
    assert lexical.scores[0] > lexical.scores[1] > 0


def test_the_hybrid_score_is_the_weighted_sum_and_what_speaks_for_the_file(tmp_path: Path) -> None:
    chunks = snapshot(tmp_path, paths=["a", "b", "c", "d", "e"])
    query = np.array([0.1, 0.2, 0.9, 0.3, 0.0], np.float32)
    found = rank(chunks, "alpha", query, mode="hybrid", limit=5)
    lexical = rank(chunks, "alpha", None, mode="lexical", limit=5)
    meaning = np.maximum(query - query.mean(), 0) / (query.max() - query.mean())
    expected = 0.6 * meaning
    expected[lexical.positions] += 0.4 * (lexical.scores / (5 * np.log(5))) ** 2
    expected[lexical.positions] += 0.3 * 0.25 * lexical.scores / (3.75 * np.log(5))  # a file of one chunk
    order = np.argsort(-expected, kind="stable")
    assert found.positions.tolist() == order.tolist()
    np.testing.assert_allclose(found.scores, expected[order], rtol=1e-5)


def test_a_path_gives_the_beginning_of_its_file_first(tmp_path: Path) -> None:
    paths = ["a/middleware/realip.go", "a/middleware/realip.go", "b/realip.go", "c.go", "d.go"]
    chunks = snapshot(tmp_path, paths=paths)
    vector = np.array([0, 0, 0.1, 0.9, 1], np.float32)
    for query, expected in (("middleware/realip.go", 0), ("a/middleware/realip.go", 0), ("b/realip.go", 2)):
        assert rank(chunks, query, vector, mode="hybrid", limit=5).positions[0] == expected
    asked = "what is in middleware/realip.go"
    assert set(rank(chunks, asked, vector, mode="hybrid", limit=2).positions.tolist()) == {0, 1}


def test_a_definition_that_a_question_names_is_found_and_lifted(tmp_path: Path) -> None:
    chunks = snapshot(tmp_path, symbols=["", "", "", "", "filter_dicts"], paths=["a", "b", "c", "d", "e"])
    vector = np.array([1, 0.9, 0.8, 0.7, -1], np.float32)
    assert rank(chunks, "filter some things", vector, mode="hybrid", limit=5).positions[0] == 0
    assert rank(chunks, "where is filter_dicts defined", vector, mode="hybrid", limit=5).positions[0] == 4


def test_the_head_of_a_split_definition_comes_before_its_later_pieces(tmp_path: Path) -> None:
    rows = [("a.py", 1, 9), ("a.py", 8, 20), ("a.py", 19, 30), ("b.py", 1, 1)]
    chunks = [
        Chunk(path=path, language="python", kind="function", symbol="load", start_line=start, end_line=end, text="x")
        for path, start, end in rows
    ]
    writer = ChunkStore(tmp_path).begin({}, dim=4)
    writer.add(chunks, np.eye(4, dtype=np.float32), tier="teacher")
    store = Snapshot(ChunkStore(tmp_path), writer.finish(), dim=4)
    vector = np.array([0, 0.9, 1, 0.1], np.float32)
    assert rank(store, "load", vector, mode="hybrid", limit=1).positions.tolist() == [0]


def test_words_of_a_chunk_decide_only_where_they_are_many(tmp_path: Path) -> None:
    chunks = [
        Chunk(path="code", language="text", kind="window", symbol="", start_line=number, end_line=number, text=text)
        for number, text in enumerate(["alpha beta gamma delta epsilon zeta eta theta", *["iota kappa"] * 30])
    ]
    writer = ChunkStore(tmp_path).begin({}, dim=3)
    writer.add(chunks, np.eye(3, dtype=np.float32)[[0, 1] + [2] * 29], tier="teacher")
    store = Snapshot(ChunkStore(tmp_path), writer.finish(), dim=3)
    vector = np.array([0.9, 1.0, 0.0], np.float32)
    assert rank(store, "alpha iota", vector, mode="hybrid", limit=1).positions.tolist() == [1]
    asked = "alpha beta gamma delta epsilon zeta eta theta"
    assert rank(store, asked, vector, mode="hybrid", limit=1).positions.tolist() == [0]


def test_a_mask_holds_in_every_mode(tmp_path: Path) -> None:
    chunks = snapshot(tmp_path)
    mask = np.array([True, False, False, True, False])
    for mode in ("dense", "lexical", "hybrid"):
        found = rank(chunks, "alpha delta", np.ones(5, np.float32), mode=mode, limit=5, mask=mask)  # type: ignore[arg-type]
        assert sorted(found.positions.tolist()) == [0, 3]
    nothing = rank(chunks, "alpha", np.ones(5, np.float32), mode="hybrid", limit=5, mask=np.zeros(5, bool))
    assert nothing.positions.tolist() == []


def test_a_definition_of_what_is_asked_for_comes_first(tmp_path: Path) -> None:
    chunks = snapshot(tmp_path, symbols=["", "", "", "", "Reader.parse_date"])
    found = rank(chunks, "parse a date", np.full(5, 0.5, np.float32), mode="hybrid", limit=5)
    assert found.positions[0] == 4


@pytest.mark.parametrize("query", ["parse_date", "parse date", "Reader.parseDate", "parse_date()"])
def test_a_definition_whose_name_is_the_query_comes_before_what_resembles_it(tmp_path: Path, query: str) -> None:
    symbols = ["test_parse_date", "parse", "date", "ParseDates", "Reader.parse_date"]
    chunks = snapshot(tmp_path, symbols=symbols)
    vector = np.array([1, 0.9, 0.8, 0.7, -1], np.float32)
    assert rank(chunks, query, vector, mode="dense", limit=5).positions[-1] == 4
    assert rank(chunks, query, vector, mode="hybrid", limit=5).positions[0] == 4


@pytest.mark.parametrize(("query", "first"), [("something", 1), ("something in a test", 0)])
def test_tests_come_last_unless_they_are_asked_for(tmp_path: Path, query: str, first: int) -> None:
    chunks = snapshot(tmp_path, paths=["tests/test_a.py", "a.py", "b.py", "c.py", "d.py"])
    vector = np.array([0.51, 0.5, 0.1, 0.1, 0.1], np.float32)
    assert rank(chunks, query, vector, mode="hybrid", limit=5).positions[0] == first


def test_tests_next_to_the_code_come_last_as_well(tmp_path: Path) -> None:
    chunks = snapshot(tmp_path, symbols=["tests.display", "Tests.display", "", "", ""])
    vector = np.array([0.51, 0.5, 0.1, 0.1, 0.1], np.float32)
    assert rank(chunks, "something", vector, mode="hybrid", limit=5).positions[:2].tolist() == [1, 0]


def test_of_equal_scores_the_first_in_the_index_comes_first() -> None:
    ranking = Ranking(np.array([7, 3, 5, 1]), np.array([1.0, 2.0, 2.0, 2.0], np.float32))
    assert best(ranking, 2).positions.tolist() == [1, 3]


@pytest.mark.parametrize("mode", ["lexical", "dense", "hybrid"])
def test_a_longer_ranking_begins_with_the_shorter_one(tmp_path: Path, mode: SearchMode) -> None:
    draw = np.random.default_rng(5)
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"]
    chunks = [
        Chunk(
            path=f"src/{draw.choice(words)}{number % 90}.py",
            language="python",
            kind="function",
            symbol=draw.choice(words),
            start_line=1 + 5 * (number // 90),
            end_line=1 + 5 * (number // 90) + int(draw.integers(8)),
            text=" ".join(draw.choice(words, 6)),
        )
        for number in range(1500)
    ]
    vectors = draw.standard_normal((1500, 8)).astype(np.float32)
    writer = ChunkStore(tmp_path).begin({}, dim=8)
    writer.add(chunks, vectors, tier="teacher")
    store = Snapshot(ChunkStore(tmp_path), writer.finish(), dim=8)

    def ranked(limit: int) -> Ranking:
        return rank(store, "where is alpha of the beta", vectors[0], mode=mode, limit=limit)

    longest = ranked(10_000)
    positions = longest.positions.tolist()
    assert len(positions) > 700
    assert len(set(positions)) == len(positions)
    assert (np.diff(longest.scores) <= 0).all()
    for limit in (1, 10, 66, 67, 200, 500, 700):
        shorter = ranked(limit)
        assert shorter.positions.tolist() == positions[:limit]
        np.testing.assert_array_equal(shorter.scores, longest.scores[:limit])

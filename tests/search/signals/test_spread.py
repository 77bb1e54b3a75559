import numpy as np
import pytest

from codequest.search.signals.spread import Chosen, file_evidence, spread

FILES = ["a", "a", "a", "a", "b", "c"]
LINES = [(1, 2), (3, 4), (5, 6), (7, 8), (1, 2), (1, 2)]


def chosen(
    files: list[str], lines: list[tuple[int, int]], scores: np.ndarray, *, limit: int
) -> tuple[list[int], list[float]]:
    found = Chosen(limit)
    spread(found, range(len(files)), files, lines, scores)
    return found.positions, found.scores


def test_the_best_three_chunks_speak_for_a_file() -> None:
    scores = np.array([8, 2, 2, 2, 4, 0], np.float32)
    assert file_evidence(np.array([7, 7, 7, 7, 2, 0]), scores) == pytest.approx({7: 1.0, 2: 1 / 6, 0: 0.0})
    assert file_evidence(np.array([0, 2, 7, 7, 7, 7]), scores[::-1]) == pytest.approx({7: 1.0, 2: 1 / 6, 0: 0.0})
    assert file_evidence(np.empty(0, np.int64), np.empty(0, np.float32)) == {}


def test_matches_of_words_that_are_everywhere_speak_for_no_file_in_full() -> None:
    scores = np.array([1, 0.5, 0.5, 0.5, 0.4, 0], np.float32)
    assert file_evidence(np.array([7, 7, 7, 7, 2, 0]), scores) == pytest.approx({7: 1.25 / 3.75, 2: 0.1 / 3.75, 0: 0.0})


def test_a_file_gives_two_hits_before_others_have_had_their_turn() -> None:
    scores = np.array([1, 0.9, 0.8, 0.7, 0.3, 0.01], np.float32)
    places, given = chosen(FILES, LINES, scores, limit=6)
    assert places == [0, 1, 4, 5, 2, 3]
    assert given == pytest.approx([1, 0.54, 0.3, 0.01, 0.01, 0.01])
    assert chosen(FILES, LINES, scores, limit=2)[0] == [0, 1]


def test_each_further_hit_of_a_file_counts_less() -> None:
    places, _ = chosen(FILES, LINES, np.array([1, 0.8, 0, 0, 0.5, 0.4], np.float32), limit=4)
    assert places == [0, 4, 1, 5]


def test_of_chunks_that_share_lines_only_the_best_is_given() -> None:
    places, _ = chosen(["a", "a", "b"], [(1, 5), (5, 9), (1, 9)], np.array([0.5, 1, 0.1], np.float32), limit=3)
    assert places == [1, 2]


def test_what_comes_later_shares_no_line_with_what_was_chosen_and_scores_no_higher() -> None:
    found = Chosen(4)
    spread(found, [7, 8], ["a", "b"], [(1, 5), (1, 5)], np.array([0.5, 0.4], np.float32))
    spread(found, [3, 4, 5], ["a", "b", "b"], [(5, 9), (6, 9), (10, 12)], np.array([9, 8, 1], np.float32))
    assert found.positions == [7, 8, 4, 5]
    assert found.scores == pytest.approx([0.5, 0.4, 0.4, 0.36])
    every = Chosen(3, overlapping=True)
    every.take_all([1, 2, 3, 4], ["a"] * 4, [(1, 5)] * 4, np.array([4, 3, 2, 1], np.float32))
    assert (every.positions, every.scores, every.is_full) == ([1, 2, 3], [4, 3, 2], True)

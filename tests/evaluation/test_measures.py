from __future__ import annotations

from math import log2

import pytest

from codequest.errors import InvalidInputError, MissingDependencyError
from codequest.evaluation.measures import MEASURES, measure_rankings

RANKING = [f"d{i}" for i in range(10)]


def _measure(ranking, judged):
    return {name: values[0] for name, values in measure_rankings({"q": ranking}, {"q": judged}).items()}


def test_one_relevant_document_at_rank_three():
    assert _measure(RANKING, {"d2": 1}) == pytest.approx(
        {"nDCG@10": 1 / log2(4), "MRR@10": 1 / 3, "Recall@1": 0, "Recall@5": 1, "Recall@10": 1}
    )


def test_graded_relevance_with_a_document_that_is_not_found():
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    found = 1 / log2(2) + 3 / log2(8)
    assert _measure(RANKING, {"d0": 1, "d6": 3, "absent": 2, "d1": 0}) == pytest.approx(
        {"nDCG@10": found / ideal, "MRR@10": 1, "Recall@1": 1 / 3, "Recall@5": 1 / 3, "Recall@10": 2 / 3}
    )


def test_nothing_found_is_zero():
    assert _measure(RANKING, {"absent": 1}) == dict.fromkeys(MEASURES, 0.0)


@pytest.mark.parametrize("ranking", [["a", "z"], ["z", "a"]])
def test_the_ranking_is_scored_as_given_whatever_the_ids(ranking):
    expected = 1.0 if ranking[0] == "a" else 1 / log2(3)
    assert _measure(ranking, {"a": 1})["nDCG@10"] == pytest.approx(expected)


def test_values_follow_the_order_of_the_rankings():
    rankings = {"q2": ["b", "a"], "q10": ["a", "b"], "q1": ["c", "a"]}
    qrels = {"q1": {"a": 1}, "q2": {"a": 1}, "q10": {"a": 1}, "unused": {"a": 1}}
    assert measure_rankings(rankings, qrels)["MRR@10"].tolist() == [0.5, 1.0, 0.5]
    assert measure_rankings(rankings, qrels)["Recall@1"].tolist() == [0.0, 1.0, 0.0]


def test_an_unjudged_query_is_refused():
    with pytest.raises(InvalidInputError, match="1 ranked query has no qrels, the first is 'q2'"):
        measure_rankings({"q1": ["a"], "q2": ["a"]}, {"q1": {"a": 1}})


def test_the_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "ir_measures", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'codequest.*\[evaluation\]'"):
        measure_rankings({"q": ["a"]}, {"q": {"a": 1}})

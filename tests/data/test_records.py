"""Records of a file or of the hub, checked one by one."""

from __future__ import annotations

from typing import Any

import pytest

from codequest.data.records import judgments, texts_by_id
from codequest.errors import DatasetError


def numbered(*records: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    return list(enumerate(records, start=1))


def test_a_title_comes_before_its_text_and_ids_become_strings() -> None:
    records = numbered({"_id": 7, "text": "body", "title": "head"}, {"id": "b", "text": "alone", "title": None})
    assert texts_by_id(records, source="f", unit="line") == {"7": "head\nbody", "b": "alone"}


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (({"text": "a"},), r"f, line 1: expected a record with '_id', got the keys \['text'\]"),
        (({"_id": "", "text": "a"},), "f, line 1: expected a record with '_id'"),
        (({"_id": "a", "text": 3},), "f, line 1: expected a record with a string 'text' .* of type int"),
        (({"_id": "a", "text": "x"}, {"_id": "a", "text": "y"}), "f has 1 duplicate id: .*is repeated in line 2"),
    ],
)
def test_records_without_an_id_or_a_text_are_named(records: tuple[dict[str, Any], ...], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        texts_by_id(numbered(*records), source="f", unit="line")


def test_judgments_are_whole_numbers_by_query_and_document() -> None:
    same = {"query-id": "q", "corpus-id": 1, "score": "2"}
    found = judgments(numbered(same, same, {"query_id": "q", "corpus_id": 2, "score": 0.0}), source="f", unit="row")
    assert found == {"q": {"1": 2, "2": 0}}


@pytest.mark.parametrize("score", [0.5, "high", None, float("inf"), float("nan")])
def test_a_score_that_is_no_integer_is_refused(score: object) -> None:
    with pytest.raises(DatasetError, match="f, row 1: a relevance score is an integer such as 0 or 1"):
        judgments(numbered({"query-id": "q", "corpus-id": "d", "score": score}), source="f", unit="row")


def test_two_scores_of_one_pair_are_refused() -> None:
    first, second = ({"query-id": "q", "corpus-id": "d", "score": score} for score in (1, 0))
    with pytest.raises(DatasetError, match="row 2: query 'q' and document 'd' were judged 1 before and 0 here"):
        judgments(numbered(first, second), source="f", unit="row")

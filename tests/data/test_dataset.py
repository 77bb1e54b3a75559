from __future__ import annotations

import dataclasses

import pytest

from codequest.data import RetrievalDataset
from codequest.errors import DatasetError

QUERIES = {"q1": "sort a list", "q2": "read a file", "q3": "unlabelled"}
DOCUMENTS = {"d1": "sorted(x)", "d2": "open(p).read()", "d3": ""}


def test_only_queries_with_a_relevant_document_are_kept_in_their_order():
    dataset = RetrievalDataset(
        "small", QUERIES, DOCUMENTS, {"q3": {"d1": 0}, "q2": {"d2": 2, "d1": 0}, "q1": {"d1": 1}}
    )
    assert list(dataset.queries.items()) == [("q1", "sort a list"), ("q2", "read a file")]
    assert list(dataset.qrels) == ["q1", "q2"]
    assert dataset.qrels["q2"] == {"d2": 2, "d1": 0}
    assert dataset.documents == DOCUMENTS


def test_later_changes_of_the_given_mappings_do_not_reach_the_dataset():
    qrels = {"q1": {"d1": 1}}
    dataset = RetrievalDataset("small", QUERIES, DOCUMENTS, qrels)
    qrels["q1"]["d2"] = 5
    assert dataset.qrels == {"q1": {"d1": 1}}
    with pytest.raises(dataclasses.FrozenInstanceError, match="name"):
        dataset.name = "other"


def test_repr_does_not_print_the_corpus():
    assert repr(RetrievalDataset("small", QUERIES, DOCUMENTS, {"q1": {"d1": 1}})) == "RetrievalDataset(name='small')"


@pytest.mark.parametrize(
    ("queries", "qrels", "message"),
    [
        (QUERIES, {"q9": {"d1": 1}}, r"small judge 1 query id not among its 3 query ids: 'q9'"),
        (
            QUERIES,
            {"q1": {"x4": 1, "x1": 1, "x3": 1}, "q2": {"x2": 1, "d1": 1}},
            r"judge 4 document ids not among its 3 document ids: 'x1', 'x2', 'x3', …",
        ),
        (QUERIES, {}, r"small has no labelled query: none of its 3 queries .* judge 0 queries"),
        (QUERIES, {"q1": {"d1": 0}}, r"small has no labelled query: .* judge 1 query"),
        ({"q1": " \n"}, {"q1": {"d1": 1}}, r"small has 1 labelled query with an empty text: 'q1'"),
    ],
)
def test_contradictions_are_refused(queries, qrels, message):
    with pytest.raises(DatasetError, match=message):
        RetrievalDataset("small", queries, DOCUMENTS, qrels)

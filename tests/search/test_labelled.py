import numpy as np
import pytest

from codequest.data import RetrievalDataset
from codequest.search.labelled import measure_search


def test_each_mode_is_measured_with_the_ranking_of_a_search() -> None:
    documents = {"a": "def sort_values(x): ...", "b": "def read_file(x): ...", "c": "def close(x): ..."}
    queries = {"q": "sort values", "r": "read a file"}
    data = RetrievalDataset("made up", queries, documents, {"q": {"a": 1}, "r": {"b": 1}})
    right = np.eye(3, dtype=np.float32)[:2]
    wrong = np.array([[0.70, 0.71, 0.0], [0.71, 0.70, 0.0]], np.float32)  # by so little that words decide
    measured = measure_search(
        data, np.eye(3, dtype=np.float32), {"right": lambda _: right, "wrong": lambda _: wrong}, language="python"
    )
    assert list(measured) == [
        ("lexical", ""), ("dense", "right"), ("hybrid", "right"), ("dense", "wrong"), ("hybrid", "wrong"),
    ]  # fmt: skip
    assert measured["lexical", ""] == measured["dense", "right"] == measured["hybrid", "right"] == 1.0
    assert measured["dense", "wrong"] == pytest.approx(1 / np.log2(3))
    assert measured["hybrid", "wrong"] == 1.0

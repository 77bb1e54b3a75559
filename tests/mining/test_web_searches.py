"""Doc comments become searches; a labelled set gets one next to every query."""

import random

import pytest

from codequest.data import RetrievalDataset
from codequest.mining.web_searches import as_search, with_searches


class Drawn(random.Random):
    """Gives the same number every time."""

    def __init__(self, number: float) -> None:
        super().__init__(0)
        self.number = number

    def random(self) -> float:
        return self.number


@pytest.mark.parametrize(
    ("text", "drawn", "search"),
    [
        ("Sorts the given list, in place.", 0.1, "python sort list in place"),
        ("Sorts the given list, in place.", 0.7, "how to sort list in place in python"),
        ("Sorts the given list, in place.", 0.8, "sort list in place in python"),
        ("Sorts the given list, in place.", 0.95, "sort list in place"),
        ("Returns a copy (a deep one) of the tree.", 0.1, "python get copy"),
        ("Returns a copy (a deep one) of the tree.", 0.95, "return copy"),
        ("The order of the keys. More about them.", 0.7, "order of keys in python"),
        ("How do I read a file in Python?", 0.95, "how to read file in"),
        ("one two three four five six seven eight nine ten", 0.95, "one two three four five six seven eight nine"),
    ],
)
def test_a_search_is_short_and_names_the_language_in_one_place(text: str, drawn: float, search: str) -> None:
    assert as_search(text, "python", Drawn(drawn)) == search


@pytest.mark.parametrize("text", ["...", "the", "Constructor.", "Python"])
def test_too_little_is_no_search(text: str) -> None:
    assert as_search(text, "python", Drawn(0.1)) is None


def test_a_set_keeps_its_queries_and_gets_searches_for_the_same_documents() -> None:
    dataset = RetrievalDataset(
        name="pairs/train",
        queries={"q1": "Opens the file for reading.", "q2": "Constructor."},
        documents={"d1": "def open_file(): ...", "d2": "def __init__(self): ..."},
        qrels={"q1": {"d1": 1}, "q2": {"d2": 1}},
    )
    searched = with_searches(dataset, "python", Drawn(0.1))
    assert searched.queries == {**dataset.queries, "search-q1": "python open file for reading"}
    assert searched.qrels == {**dataset.qrels, "search-q1": {"d1": 1}}
    assert (searched.name, searched.documents) == (dataset.name, dataset.documents)

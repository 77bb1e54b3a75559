"""Pairs that are found again in the texts of an index."""

from __future__ import annotations

from codequest.adapt.sources import matched
from codequest.data import RetrievalDataset

CODE = {"a": "def sort(x):\n    y = x\n    return y", "b": "def read(x):\n    z = x\n    return z"}
PAIRS = RetrievalDataset("mined", {"q": "sort it", "r": "read it"}, CODE, {"q": {"a": 1}, "r": {"b": 1}})


def test_the_document_that_holds_a_function_takes_its_place() -> None:
    documents = [
        "def sort(x):\n    return None",
        "shop/sort.py\nDEF  sort(x):\n    y = x\n    return y\n",
        'def read(x):\n    """Read it."""\n    z = x\n    return z',
    ]
    found = matched(PAIRS, documents)
    assert found is not None
    assert found.qrels == {"q": {"row 1": 1}, "r": {"row 2": 1}}
    assert found.documents == {"row 1": documents[1], "row 2": documents[2]}


def test_what_is_in_no_document_is_left_out() -> None:
    found = matched(PAIRS, [CODE["b"]])
    assert found is not None
    assert found.queries == {"r": "read it"}
    assert matched(PAIRS, ["something else"]) is None

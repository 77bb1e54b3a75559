"""Sentences that say what something does, and those that do not."""

import pytest

from codequest.mining import is_description


@pytest.mark.parametrize(
    "text",
    [
        "Two words",
        "See the other one",
        "{@inheritDoc} of the parent",
        "Constructor for a thing",
        "Auto-generated method stub of it",
        "Initializes a new instance of the Foo class",
        "Is a shortcut for the other",
        "This method is like map except that",
        "Created to reproduce issue 140",
        "A reproduction of owner/name#1419",
        "REQUIRES: External synchronization of it",
        "Is a convenience method to print it",
        "Is the same as the other one",
        "x = foo(a); y = bar(b)",
        "size (int, optional): the size of it",
        "the first half (of it",
        "Copyright 2020 by somebody else",
        "word " * 61,
    ],
)
def test_no_descriptions(text: str) -> None:
    assert not is_description(text)


@pytest.mark.parametrize(
    "text", ["Private keys are read here", "Sorts a list by value", "Returns true if foo(x) is known to all of them"]
)
def test_descriptions(text: str) -> None:
    assert is_description(text)

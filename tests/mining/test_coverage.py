"""Forms of queries, and whether training queries cover those of users."""

from __future__ import annotations

import pytest

from codequest.errors import InvalidInputError
from codequest.mining import query_coverage

DERIVED = ["Sorts a list by value", "Reads the file", "Opens the connection to the server", "Parses the date"]

USERS = ["how do I sort a list?", "how to open a file?", "what closes the socket?", "Parses the date"]


def test_what_users_ask_and_training_lacks_is_named() -> None:
    found = query_coverage(DERIVED, users=USERS)
    assert found.forms["question"] == (0.75, 0.0)
    assert found.forms["description"] == (0.25, 1.0)
    assert found.lacking == ("question",)
    assert found.words == ((3.3, 4.5, 5.7), (3.0, 4.0, 5.7))
    assert "socket" in found.unknown_words
    assert found.advice[0].startswith("75% of the users' queries are of the form question")
    assert "titles of issues" in found.advice[0]


def test_what_is_covered_needs_no_advice() -> None:
    found = query_coverage(USERS, users=USERS)
    assert (found.lacking, found.known_words, found.advice) == ((), 1.0, [])


def test_another_language_is_advised_on() -> None:
    found = query_coverage(DERIVED, users=["wie sortiere ich eine Liste", "wie öffne ich eine Datei"])
    assert found.foreign == (1.0, 0.0)
    assert any("not English" in sentence for sentence in found.advice)


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="There are 4 derived queries and 0 of users"):
        query_coverage(DERIVED, users=[])

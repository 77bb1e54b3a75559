"""Forms of queries, and whether training queries cover those of users."""

from __future__ import annotations

import pytest

from codequest.errors import InvalidInputError
from codequest.mining import query_coverage
from codequest.mining.forms import FORMS_OF_QUERIES, form_of
from codequest.mining.language import foreign_share, is_foreign
from codequest.training.data_checks import check_queries, check_size


@pytest.mark.parametrize(
    ("query", "form"),
    [
        *((example, form) for form, example in FORMS_OF_QUERIES.items()),
        ("How to reverse a list in place", "question"),
        ("python how to read a file line by line", "question"),
        ("is there a faster dict", "question"),
        ("Convert a datetime to a timestamp", "task"),
        ("removing duplicates from a list", "task"),
        ("Computes the hash of a file", "description"),
        ("This is called when the socket closes", "description"),
        ("asyncio queue", "keywords"),
        ("pandas", "keywords"),
        ("os.path.join", "identifier"),
        ("HttpClient", "identifier"),
        ("ModuleNotFoundError: No module named 'numpy'", "error"),
        ("cannot open shared object file", "error"),
        ("a context manager for temporary folders", "noun phrase"),
    ],
)
def test_the_form_of_a_query(query: str, form: str) -> None:
    assert form_of(query) == form


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("sort a list by value", False),
        ("wie sortiere ich eine Liste", True),
        ("cómo ordenar una lista", True),
        ("如何排序列表", True),
        ("как отсортировать список", True),
        ("parse_http_date", False),
        ("naïve Bayes café", False),
    ],
)
def test_other_languages_are_seen(text: str, foreign: bool) -> None:
    assert is_foreign(text) is foreign


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


def test_training_queries_of_another_language_are_warned_of() -> None:
    german = [f"wie sortiere ich eine Liste nach Spalte {number}" for number in range(2500)]
    said = check_queries(german, token_count=lambda texts: [9] * len(texts), max_tokens=64)
    assert any("100% of the training queries are in another language than English" in sentence for sentence in said)
    assert foreign_share(german) == 1.0


def test_too_few_queries_for_what_is_trained_are_warned_of() -> None:
    assert check_size(1000, trained_parameters=768_000, dim=768) == []
    (said,) = check_size(1000, trained_parameters=1_000_000, dim=768)
    assert "Give at least 1,303 queries" in said

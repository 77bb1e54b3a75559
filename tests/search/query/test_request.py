"""What is asked of a search."""

from __future__ import annotations

import pytest

from codequest.errors import InvalidInputError
from codequest.search import SearchFilters
from codequest.search.query.request import SearchRequest


def test_a_query_brings_its_filters_next_to_those_given() -> None:
    given = SearchFilters(paths=["src/"])
    request = SearchRequest.of_query('retry "a b" lang:py', limit=3, filters=given, mode="dense")
    assert (request.text, request.quoted, request.mode, request.limit) == ("retry a b", ("a b",), "dense", 3)
    assert request.filters == (given, SearchFilters(languages=["python"]))


def test_a_question_is_taken_as_it_is() -> None:
    question = 'what does "retry" do in file:src/'
    request = SearchRequest.of_question(question, limit=3, filters=None, mode="hybrid")
    assert (request.text, request.quoted, request.filters) == (question, (), (SearchFilters(),))


@pytest.mark.parametrize("query", ["lang:go", " file:src/ -lang:md\n"])
def test_filters_alone_are_no_query(query: str) -> None:
    with pytest.raises(InvalidInputError, match=r"is nothing but filters. Add what you are looking for.*'retry a req"):
        SearchRequest.of_query(query, limit=3, filters=None, mode="hybrid")


def test_a_query_of_megabytes_is_cut() -> None:
    request = SearchRequest.of_query("word " * 1_000_000, limit=3, filters=None, mode="hybrid")
    assert len(request.text) == 16_384

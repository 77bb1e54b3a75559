"""Words of a query in a text."""

from __future__ import annotations

from codequest.search.shown.asked_words import asked_stems, asked_words


def test_words_are_found_in_identifiers_and_inflected() -> None:
    text = "retriedRequests = open_socket(İΣ.request)"
    found = [(text[start:end], stem) for start, end, stem in asked_words(text, asked_stems("retry the requests"))]
    assert found == [("retried", "retr"), ("Requests", "request"), ("request", "request")]


def test_words_that_say_nothing_are_not_asked_for() -> None:
    assert asked_stems("how to sort a list") == {"sort", "list"}

"""How people ask."""

from __future__ import annotations

import pytest

from codequest.mining.forms import FORMS_OF_QUERIES, form_of


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

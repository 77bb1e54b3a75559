"""Names of what a store keeps."""

from __future__ import annotations

import pytest

from codequest.errors import InvalidInputError
from codequest.search import StoreFields


def test_names_are_those_that_are_given() -> None:
    assert StoreFields().names() == ["text", "path"]
    assert StoreFields(text="code", symbol="name").names() == ["code", "path", "name"]


def test_names_that_a_store_does_not_have_are_refused_with_those_that_it_has() -> None:
    StoreFields(language="lang").check("The store", ["lang", "path", "text", "more"])
    with pytest.raises(InvalidInputError, match=r"The store has no 'lang', 'name'; it has 'path', 'text'\. Say where"):
        StoreFields(language="lang", symbol="name").check("The store", ["path", "text"])
    with pytest.raises(InvalidInputError, match="it has nothing"):
        StoreFields().check("The store", [])
    with pytest.raises(InvalidInputError, match="needs the names of text and path"):
        StoreFields(path="")

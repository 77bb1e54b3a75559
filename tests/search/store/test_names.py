"""Keys of names, and their table."""

from __future__ import annotations

import sqlite3

import pytest

from codequest.search.store.names import add_names, chunks_named, defined_names, name_key, remove_names
from codequest.search.store.schema import SCHEMA


@pytest.mark.parametrize(
    ("name", "key"),
    [("Cache.load_entry", "loadentry"), ("loadEntry()", "loadentry"), ("User#valid?", "valid"), ("Cart.[]=", "cart")],
)
def test_names_that_differ_in_case_and_marks_have_one_key(name: str, key: str) -> None:
    assert name_key(name) == key


def test_definitions_have_a_name_and_windows_several() -> None:
    assert defined_names("function", "Cache.load, x") == ("Cache.load, x",)
    assert defined_names("window", "MAX, MIN") == ["MAX", "MIN"]
    assert [*defined_names("section", "Title"), *defined_names("class", ""), *defined_names("window", "")] == []


def test_chunks_are_found_by_their_names_until_these_are_removed() -> None:
    tables = sqlite3.connect(":memory:")
    tables.executescript(SCHEMA)
    chunks = [(5, "function", "Cache.load"), (3, "window", "LOAD, save"), (4, "section", "load"), (9, "class", "Save")]
    add_names(tables, chunks)
    assert (chunks_named(tables, "load"), chunks_named(tables, "save"), chunks_named(tables, "")) == (
        [3, 5],
        [3, 9],
        [],
    )
    remove_names(tables, chunks[:2])
    assert (chunks_named(tables, "load"), chunks_named(tables, "save")) == ([], [9])

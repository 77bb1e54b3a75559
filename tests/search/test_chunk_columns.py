"""Columns of chunks in memory."""

from __future__ import annotations

import numpy as np

from codequest.search.chunk_columns import Categories, ChunkColumns

ROWS = [
    [(1, "a.py", "python", "function", "load", 1, 9), (2, "a.py", "python", "class", "Cache", 10, 20)],
    [(5, "b.go", "go", "function", "load", 3, 4)],
]
NEW = [[(7, "a.py", "python", "window", "", 1, 2), (8, "c.rb", "ruby", "window", "", 1, 1)]]


def test_every_column_is_in_the_order_of_the_chunks() -> None:
    columns = ChunkColumns(ROWS)
    assert {name: list(column) for name, column in columns.items()} == {
        "path": ["a.py", "a.py", "b.go"],
        "language": ["python", "python", "go"],
        "kind": ["function", "class", "function"],
        "symbol": ["load", "Cache", "load"],
        "start_line": [1, 10, 3],
        "end_line": [9, 20, 4],
    }
    assert columns.ids.tolist() == [1, 2, 5]
    assert (ChunkColumns().ids.tolist(), list(ChunkColumns()["path"])) == ([], [])


def test_changed_ones_are_as_if_they_were_read_anew() -> None:
    before = ChunkColumns(ROWS)
    counted = before.categories("language").counts(None)
    assert counted == {"python": 2, "go": 1}
    after = before.changed(np.array([True, False, True]), ChunkColumns(NEW))
    whole = ChunkColumns([[ROWS[0][0], ROWS[1][0], *NEW[0]]])
    assert after == whole
    assert after.ids.tolist() == [1, 5, 7, 8]
    for name in ("path", "language", "kind"):
        assert after.categories(name).counts(None) == whole.categories(name).counts(None)
    assert before == ChunkColumns(ROWS)
    assert before.categories("language").counts(None) == counted


def test_categories_are_compared_and_counted() -> None:
    column = Categories(["b", "a", "b", "c"])
    assert column.among(["b", "z"]).tolist() == [True, False, True, False]
    assert column.counts(np.array([True, True, False, False])) == {"b": 1, "a": 1}
    kept = column.changed(np.array([True, False, True, True]), ["d"])
    assert kept.present() == {"b", "c", "d"}
    assert kept.counts(None) == {"b": 2, "c": 1, "d": 1}
    assert column.present() == {"a", "b", "c"}

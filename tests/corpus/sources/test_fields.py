"""Columns of rows: chosen, usual, missing, of other types."""

from __future__ import annotations

from typing import Any

import pytest

from codequest.corpus.sources.fields import Fields
from codequest.corpus.sources.source import Columns, Record
from codequest.errors import DatasetError


def record(row: dict[str, Any], *, position: int = 3, prefix: str = "", **columns: str) -> Record:
    fields = Fields(Columns(**columns), list(row), source="table", prefix=prefix)
    return fields.record(row, position, "table, row 4")


def test_the_usual_columns_are_those_of_beir() -> None:
    assert record({"_id": "a", "id": "b", "title": "T", "text": "x"}) == ("a", "T\nx")
    assert record({"id": 7, "title": " ", "text": "x"}) == ("7", "x")
    assert record({"text": None, "other": 1}) == ("3", "")
    assert record({"text": "x"}, prefix="part/") == ("part/3", "x")


def test_chosen_columns_are_taken_as_they_are() -> None:
    assert record({"_id": "a", "key": "k", "title": "T", "body": "x"}, text="body", id="key") == ("k", "x")
    assert record({"_id": "a", "title": "T", "text": "x"}, text="text") == ("a", "x")


def test_what_no_file_can_hold_is_replaced() -> None:
    assert record({"_id": "a\ud800", "text": "b\0c"}) == ("a�", "b�c")


@pytest.mark.parametrize(
    ("row", "columns", "message"),
    [
        ({"body": "x"}, {}, r"table has no column 'text' for the text. It has 'body'. Say which with --text."),
        ({"text": "x"}, {"text": "code"}, r"has no column 'code' for the text. It has 'text'"),
        ({"text": "x"}, {"id": "key"}, r"has no column 'key' for the id. It has 'text'. Say which with --id."),
        ({"text": 5}, {}, r"table, row 4: 'text' is int \(5\), expected a string"),
        ({"_id": "", "text": "x"}, {}, r"table, row 4: the id in '_id' is '', expected a string that is not empty"),
        ({"_id": None, "text": "x"}, {}, r"the id in '_id' is None"),
        ({"_id": True, "text": "x"}, {}, r"the id in '_id' is True"),
    ],
)
def test_what_is_missing_or_of_another_type_is_said(row: dict[str, Any], columns: dict[str, str], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        record(row, **columns)


def test_a_later_row_without_the_column_is_named() -> None:
    fields = Fields(Columns(), ["_id", "text"], source="table")
    with pytest.raises(DatasetError, match=r"table, row 5 has no column 'text' for the text. It has '_id', 'txt'"):
        fields.record({"_id": "a", "txt": "x"}, 4, "table, row 5")
    assert list(fields.records([{"_id": "a", "text": "x"}], 0)) == [("a", "x")]

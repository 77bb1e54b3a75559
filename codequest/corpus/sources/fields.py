"""Ids and texts out of rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from codequest.corpus.sources.source import Columns, Record
from codequest.errors import DatasetError
from codequest.texts import checked_texts, shown

_TEXT, _TITLE, _IDS = "text", "title", ("_id", "id")
_MOST_NAMES = 20


class Fields:
    """Takes id and text out of rows.

    Args:
        columns: Those that were chosen.
        names: Columns of the table; of a table without fixed columns those of its first row.
        source: In messages.
        prefix: Before ids that are numbers of rows, which several tables have.

    Attributes:
        wanted: Columns that are read.

    Raises:
        DatasetError: There is no such column.
    """

    def __init__(self, columns: Columns, names: Sequence[str], *, source: str, prefix: str = "") -> None:
        self._source, self._prefix = source, prefix
        self._text = columns.text or _TEXT
        for what, column in (("text", self._text), ("id", columns.id)):
            if column is not None and column not in names:
                raise self._missing(what, column, names)
        self._title = _TITLE if columns.text is None and _TITLE in names else None
        self._id = columns.id or next((name for name in _IDS if name in names), None)
        self.wanted = [name for name in (self._id, self._title, self._text) if name is not None]

    def record(self, row: Mapping[str, Any], position: int, where: str) -> Record:
        """The record of a row.

        Args:
            row: Values by column.
            position: Number of the row, from 0.
            where: Source and row; begins the message.

        Raises:
            DatasetError: A value is missing, or no text.
        """
        for what, column in (("text", self._text), ("id", self._id)):
            if column is not None and column not in row:
                raise self._missing(what, column, list(row), where)
        text = self._string(row[self._text], self._text, where)
        title = self._string(row.get(self._title), self._title, where) if self._title else ""
        text = f"{title}\n{text}" if title.strip() else text
        return Record(self._identifier(row, position, where), _clean(text))

    def records(self, rows: Iterable[Mapping[str, Any]], first: int) -> Iterable[Record]:
        """The records of rows, the first of which has this number."""
        for position, row in enumerate(rows, start=first):
            yield self.record(row, position, f"{self._source}, row {position + 1}")

    def _identifier(self, row: Mapping[str, Any], position: int, where: str) -> str:
        if self._id is None:
            return f"{self._prefix}{position}"
        value = row[self._id]
        if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
            raise DatasetError(
                f"{where}: the id in {self._id!r} is {shown(value)}, expected a string that is not empty, or an "
                "integer. Choose another column with --id, or give the record an id."
            )
        return _clean(str(value))

    def _string(self, value: object, column: str, where: str) -> str:
        if value is not None and not isinstance(value, str):
            raise DatasetError(
                f"{where}: {column!r} is {type(value).__name__} ({shown(value)}), expected a string. Choose the column "
                "of the texts with --text."
            )
        return value or ""

    def _missing(self, what: str, column: str, names: Sequence[str], where: str | None = None) -> DatasetError:
        known = ", ".join(repr(name) for name in list(names)[:_MOST_NAMES]) or "none"
        return DatasetError(
            f"{where or self._source} has no column {column!r} for the {what}. It has {known}. Say which with --{what}."
        )


def _clean(text: str) -> str:
    """The text, with what no tokenizer and no file can represent replaced."""
    return checked_texts([text], name="text", allow_empty=True)[0]

"""From raw records, of a file or of the hub, to checked texts and judgments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from codequest.data.dataset import examples
from codequest.errors import DatasetError
from codequest.texts import counted

NumberedRecords = Iterable[tuple[int, Mapping[str, Any]]]
"""Records with the number of their line or row, counted from 1."""


def texts_by_id(records: NumberedRecords, *, source: str, unit: str) -> dict[str, str]:
    """Texts by id, a title before its text.

    Args:
        records: Each with ``_id`` (or ``id``), ``text`` and perhaps ``title``.
        source: File or hub config; used in messages.
        unit: What the numbers count: ``"line"`` or ``"row"``.

    Returns:
        The texts in the order of the records.

    Raises:
        DatasetError: A record lacks its id or text, or ids repeat.
    """
    texts: dict[str, str] = {}
    repeated: dict[str, int] = {}
    for number, record in records:
        where = f"{source}, {unit} {number}"
        name = _identifier(record, ("_id", "id"), where)
        if name in texts:
            repeated.setdefault(name, number)
        texts[name] = _text(record, where)
    if repeated:
        raise DatasetError(
            f"{source} has {counted(len(repeated), 'duplicate id')}: {examples(repeated)}; the first is repeated in "
            f"{unit} {next(iter(repeated.values()))}. Every id must occur once: remove or rename the repeated records."
        )
    return texts


def judgments(records: NumberedRecords, *, source: str, unit: str) -> dict[str, dict[str, int]]:
    """Relevance by query id and document id.

    Args:
        records: Each with ``query-id``, ``corpus-id`` and an integer ``score``.
        source: File or hub config; used in messages.
        unit: What the numbers count: ``"line"`` or ``"row"``.

    Raises:
        DatasetError: A value is missing, a score is not an integer, or one pair has two scores.
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, record in records:
        where = f"{source}, {unit} {number}"
        query = _identifier(record, ("query-id", "query_id"), where)
        document = _identifier(record, ("corpus-id", "corpus_id"), where)
        score = _score(record, where)
        if qrels.setdefault(query, {}).setdefault(document, score) != score:
            raise DatasetError(
                f"{where}: query {query!r} and document {document!r} were judged {qrels[query][document]} before and "
                f"{score} here. Keep one of the two judgments."
            )
    return qrels


def _identifier(record: Mapping[str, Any], keys: tuple[str, ...], where: str) -> str:
    for key in keys:
        value = record.get(key)
        if isinstance(value, (str, int)) and str(value):
            return str(value)
    raise DatasetError(f"{where}: expected a record with {keys[0]!r}, got the keys {sorted(map(str, record))}.")


def _text(record: Mapping[str, Any], where: str) -> str:
    text, title = record.get("text"), record.get("title") or ""
    if not isinstance(text, str) or not isinstance(title, str):
        raise DatasetError(
            f"{where}: expected a record with a string 'text' and perhaps a string 'title', "
            f"got the keys {sorted(map(str, record))} with a text of type {type(text).__name__}."
        )
    return f"{title}\n{text}" if title.strip() else text


def _score(record: Mapping[str, Any], where: str) -> int:
    try:
        score = float(record["score"])
        if score == int(score):
            return int(score)
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    raise DatasetError(f"{where}: a relevance score is an integer such as 0 or 1, got {record.get('score')!r}.")

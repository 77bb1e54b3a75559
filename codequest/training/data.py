"""Query files to deduplicated lists, and seeded validation splits."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from codequest.errors import DatasetError
from codequest.evaluation.lines import numbered_lines

_SUFFIXES = (".txt", ".jsonl", ".txt.gz", ".jsonl.gz")


def load_queries(path: str | Path) -> list[str]:
    """Read training queries from a file.

    Args:
        path: ``.txt`` with one query a line, or ``.jsonl`` with JSON strings or objects with a ``text``; either may
            be gzipped. For a folder, its ``queries.jsonl`` or ``queries.jsonl.gz``.

    Returns:
        The distinct queries in the order of the file; queries that differ only in case or spacing count once.

    Raises:
        DatasetError: The file is missing, of another type, malformed, or holds no query.
    """
    file = _query_file(Path(path).expanduser())
    distinct: dict[str, str] = {}
    for text in _texts(file):
        if text.strip():
            distinct.setdefault(normal_form(text), text)
    if not distinct:
        raise DatasetError(f"{file} holds no query. Expected one a line, or JSON objects with a text.")
    return list(distinct.values())


def normal_form(text: str) -> str:
    """The text lower-cased and with single spaces: what decides whether two queries are the same."""
    return " ".join(text.lower().split())


def hold_out(
    queries: Sequence[str], *, share: float = 0.02, at_most: int = 1000, seed: int = 0
) -> tuple[list[str], list[str]]:
    """Split queries into training and validation.

    Args:
        queries: Distinct queries.
        share: Share of the queries to hold out; at least one, if there are two.
        at_most: Most queries to hold out.
        seed: Decides which.

    Returns:
        Training and validation queries, each in the order given.
    """
    count = min(at_most, max(1, round(share * len(queries)))) if len(queries) > 1 else 0
    held = set(random.Random(seed).sample(range(len(queries)), count))
    training = [query for position, query in enumerate(queries) if position not in held]
    return training, [query for position, query in enumerate(queries) if position in held]


def without(queries: Sequence[str], excluded: Iterable[str]) -> list[str]:
    """The queries that are not, in `normal_form`, among the excluded ones: what is measured on is not trained on."""
    known = {normal_form(query) for query in excluded}
    return [query for query in queries if normal_form(query) not in known]


def sample(queries: Sequence[str], count: int | None, *, seed: int = 0) -> list[str]:
    """So many of the queries, drawn at random by the seed, in the order given; all of them for None or too many."""
    if count is None or count >= len(queries):
        return list(queries)
    chosen = sorted(random.Random(seed).sample(range(len(queries)), count))
    return [queries[position] for position in chosen]


def _query_file(path: Path) -> Path:
    if path.is_dir():
        names = ("queries.jsonl", "queries.jsonl.gz", "queries.txt")
        found = [path / name for name in names if (path / name).is_file()]
        if not found:
            raise DatasetError(f"{path} holds none of {', '.join(names)}. Name the query file itself.")
        return found[0]
    if not path.is_file():
        raise DatasetError(f"There is no query file {path}.")
    if not path.name.endswith(_SUFFIXES):
        raise DatasetError(f"{path} is of a type codequest does not read. It reads {', '.join(_SUFFIXES)}.")
    return path


def _texts(file: Path) -> Iterator[str]:
    structured = file.name.removesuffix(".gz").endswith(".jsonl")
    for number, line in numbered_lines(file):
        yield _text_of(line, file, number) if structured else line.strip()


def _text_of(line: str, file: Path, number: int) -> str:
    try:
        record = json.loads(line)
        text = record if isinstance(record, str) else record["text"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise DatasetError(
            f"{file}, line {number}: expected a JSON string or an object with a text, got {line.strip()!r:.80}."
        ) from error
    if not isinstance(text, str):
        raise DatasetError(f"{file}, line {number}: the text is {type(text).__name__}, expected a string.")
    return text

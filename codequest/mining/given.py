"""Queries that someone already wrote down: files and hub datasets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codequest.data.hub import refuse_folder
from codequest.data.query_files import load_queries, text_column
from codequest.errors import DatasetError, InvalidInputError, require
from codequest.mining.derived import DerivedQuery

HUB = "hub:"


def file_queries(path: Path) -> Iterator[DerivedQuery]:
    """The distinct queries of a query file, as `codequest.data.load_queries` reads it."""
    for text in load_queries(path):
        yield DerivedQuery(" ".join(text.split()), "given", path.as_posix())


def hub_queries(name: str) -> Iterator[DerivedQuery]:
    """The queries of a hub dataset.

    Args:
        name: ``hub:REPOSITORY[:SPLIT[:COLUMN]]``. Without a split all are read, without a column the first of
            text, query, question and title. A dataset with a config ``queries`` gives that one.

    Raises:
        InvalidInputError: The name is not of that form.
        DatasetError: It cannot be read, or lacks the split or the column.
        MissingDependencyError: The package ``datasets`` is not installed.
    """
    parts = name.removeprefix(HUB).split(":")
    if len(parts) > 3 or not all(part.strip() for part in parts):
        raise InvalidInputError(
            f"Cannot read the hub dataset {name!r}. Expected hub:REPOSITORY[:SPLIT[:COLUMN]], such as "
            "hub:mteb/cosqa:train:text."
        )
    repository, split, column = (*parts, "", "")[:3]
    refuse_folder(repository)
    splits = _load(repository)
    if split and split not in splits:
        raise DatasetError(f"{repository} has no split {split!r}. It has {', '.join(map(repr, sorted(splits)))}.")
    for table in [splits[split]] if split else splits.values():
        if column and column not in table.column_names:
            raise DatasetError(
                f"{repository} has no column {column!r}. It has {', '.join(map(repr, table.column_names))}."
            )
        for text in table[column or text_column(table.column_names, source=repository)]:
            if isinstance(text, str) and text.strip():
                yield DerivedQuery(" ".join(text.split()), "given", f"{HUB}{repository}")


def _load(repository: str) -> dict[str, Any]:
    datasets = require("datasets", extra="hub")
    try:
        configs = datasets.get_dataset_config_names(repository)
        return dict(datasets.load_dataset(repository, "queries" if "queries" in configs else configs[0]))
    except Exception as error:  # httpx, requests, OSError or its own, by the version of the hub client
        cause = error.__cause__ or error
        raise DatasetError(
            f"{repository} cannot be read from the Hugging Face hub: {type(cause).__name__}: {cause}. Check the name "
            "and the network (a private dataset needs `hf auth login`), or download its queries as a file."
        ) from error

"""The shards of a corpus as a dataset of Ray, a row for each: read by one task, no further ahead than there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import pyarrow
from ray.data.block import BlockMetadata
from ray.data.datasource import Datasource, ReadTask

from codequest.corpus.on_ray.said import Said, said_of
from codequest.corpus.sources.source import Corpus, Record
from codequest.corpus.survey import Survey
from codequest.corpus.vector_folder import VectorFolder
from codequest.corpus.work import shard_work

_STRINGS = pyarrow.list_(pyarrow.large_string())
_SCHEMA = pyarrow.schema([
    ("number", pyarrow.int64()), ("count", pyarrow.int64()), ("new", pyarrow.bool_()),
    ("error", pyarrow.string()), ("message", pyarrow.string()), ("ids", _STRINGS), ("texts", _STRINGS),
])  # fmt: skip


class ShardSource(Datasource):
    """The shards of a corpus; of those that are finished only the number and the count.

    Args:
        folder: Where they go.
        corpus: What is embedded.
        found: What the first pass over it has found.
    """

    def __init__(self, folder: VectorFolder, corpus: Corpus, found: Survey) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._read = partial(_blocks, folder, corpus, found)

    def estimate_inmemory_data_size(self) -> int | None:
        """Nobody knows it."""
        return None

    def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[Any]:  # noqa: ARG002
        """One task: a stream has one reader."""
        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [ReadTask(self._read, unknown)]


def _blocks(folder: VectorFolder, corpus: Corpus, found: Survey) -> Iterator[pyarrow.Table]:
    """A table of one row for each shard; one with an error where the corpus cannot be read to its end."""
    try:
        for number, records, finished in shard_work(folder, corpus, found):
            yield _block(Said(number, len(records), new=not finished), () if finished else records)
    except Exception as error:
        yield _block(said_of(error, folder.path), ())


def _block(said: Said, records: Sequence[Record]) -> pyarrow.Table:
    sent = {"ids": [record.id for record in records], "texts": [record.text for record in records]}
    return pyarrow.Table.from_pylist([{**asdict(said), **sent}], schema=_SCHEMA)


def records_of(row: dict[str, Any]) -> list[Record]:
    """The records in a row."""
    return [Record(*pair) for pair in zip(row["ids"], row["texts"], strict=True)]

"""A dataset of the Hugging Face hub as a source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from codequest.corpus.sources.fields import Fields
from codequest.corpus.sources.source import Columns, Record
from codequest.data.hub import load_table
from codequest.progress import Progress, silent

_ROWS_AT_ONCE = 1024


class HubSource:
    """A split of a dataset on the hub, which is fetched once and then read from the disk.

    Args:
        repository: Such as ``"mteb/cosqa"``, or a folder of that layout as a path.
        config: By default ``corpus``, or the only one.
        split: By default the one named like the config, the only one, or ``train``.
        columns: Those that were chosen.
        prefix: Before ids that are numbers of rows.
    """

    def __init__(
        self, repository: str, config: str | None, split: str | None, columns: Columns, *, prefix: str = ""
    ) -> None:
        self.name, self.skipped = ":".join(["hub", *filter(None, (repository, config, split))]), Counter[str]()
        self._given = repository, config, split
        self._columns, self._prefix = columns, prefix

    @cached_property
    def _table(self) -> Any:
        return load_table(*self._given)

    def records(self, progress: Progress = silent) -> Iterator[Record]:
        """See `TextSource.records`."""
        fields = Fields(self._columns, self._table.column_names, source=self.name, prefix=self._prefix)
        table, done = self._table.select_columns(fields.wanted).with_format("arrow"), 0
        for rows in table.iter(_ROWS_AT_ONCE):
            yield from fields.records(rows.to_pylist(), done)
            done += len(rows)
            progress(f"Reading {self.name}", done, len(table))

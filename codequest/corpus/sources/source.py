"""TextSource: a stream of ids and texts that can be read again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, Protocol

from codequest.progress import Progress, silent

EVERY = 4096
"""Records after which a source says how far it is."""


class Record(NamedTuple):
    """A text of a corpus.

    Attributes:
        id: Its id, unique in the corpus.
        text: What is embedded; it may be empty.
    """

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a table that were chosen; None for those that are usual.

    Attributes:
        text: By default ``text``, with ``title`` before it where there is one, as in BEIR.
        id: By default ``_id`` or ``id``; where there is neither, ids are the numbers of the rows, from 0.
    """

    text: str | None = None
    id: str | None = None


class TextSource(Protocol):
    """A stream of ids and texts.

    Attributes:
        name: In messages and in the manifest.
        skipped: How many files were not read, by reason, in the last pass.
    """

    name: str
    skipped: Counter[str]

    def records(self, progress: Progress = silent) -> Iterator[Record]:
        """Every record, in an order that is always the same.

        Raises:
            DatasetError: It cannot be read, or a record is not as expected.
        """


@dataclass(frozen=True, slots=True)
class Corpus:
    """Several sources, one after the other.

    Attributes:
        sources: At least one.
    """

    sources: Sequence[TextSource] = field()

    @property
    def names(self) -> list[str]:
        """Names of the sources."""
        return [source.name for source in self.sources]

    @property
    def skipped(self) -> dict[str, int]:
        """How many files were not read, by reason, most first."""
        counts = sum((source.skipped for source in self.sources), Counter[str]())
        return {reason: count for reason, count in counts.most_common() if count}

    def records(self, progress: Progress = silent) -> Iterator[Record]:
        """Every record of every source; see `TextSource.records`."""
        for source in self.sources:
            yield from source.records(progress)

    def shards(self, size: int) -> Iterator[list[Record]]:
        """The records, so many at a time; fewer the last time."""
        records = self.records()
        while shard := list(islice(records, size)):
            yield shard

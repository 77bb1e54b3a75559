"""The shards of a corpus one after the other, each with whether it is there already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codequest.corpus.sources.source import Corpus, Record
from codequest.corpus.survey import RunningDigest, Survey
from codequest.corpus.vector_folder import VectorFolder
from codequest.errors import CorpusError


class ShardWork(NamedTuple):
    """A shard to embed.

    Attributes:
        number: Its number, from 0.
        records: Its texts with their ids.
        finished: Whether it is there, whole.
    """

    number: int
    records: Sequence[Record]
    finished: bool


def shard_work(folder: VectorFolder, corpus: Corpus, found: Survey) -> Iterator[ShardWork]:
    """Every shard of a corpus.

    Args:
        folder: Where they go.
        corpus: What is embedded.
        found: What the first pass over it has found.

    Raises:
        CorpusError: The sources are no longer what the first pass found.
    """
    digest = RunningDigest()
    for number, records in enumerate(corpus.shards(folder.manifest.shard_size)):
        for record in records:
            digest.add(record)
        if digest.count > found.texts:
            break
        yield ShardWork(number, records, folder.is_finished(number, records))
    if digest.survey() != found:
        raise CorpusError(
            f"{', '.join(corpus.names)} changed while it was embedded. When nothing writes to it any more, embed it "
            f"into another folder. {folder.path} keeps what was embedded."
        )

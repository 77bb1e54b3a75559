"""The engine that embeds in this process, shard by shard."""

from __future__ import annotations

from collections.abc import Iterable

from codequest.corpus.overall import within
from codequest.corpus.shard import embed_shard
from codequest.corpus.vector_folder import VectorFolder
from codequest.corpus.work import ShardWork
from codequest.progress import Progress
from codequest.teachers import Teacher


def embed_here(teacher: Teacher, work: Iterable[ShardWork], folder: VectorFolder, progress: Progress) -> int:
    """Embed shards one after the other.

    Args:
        teacher: Embeds the texts.
        work: Every shard; those that are finished are passed over.
        folder: Where they go.
        progress: Told how many texts of all are embedded, by their share of the tokens of their shard.

    Returns:
        Number of texts in the shards that were embedded.

    Raises:
        TeacherError: The teacher cannot embed anything any more.
        OSError: A shard cannot be written.
    """
    embedded = 0
    for number, records, finished in work:
        if finished:
            continue
        before = number * folder.manifest.shard_size
        report = within(progress, before=before, texts=folder.manifest.texts)
        embed_shard(teacher, records, number, folder.plan, progress=report)
        embedded += len(records)
    return embedded

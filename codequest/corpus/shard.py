"""One shard: texts embedded batch by batch into a Parquet file that appears whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.corpus.embedder import still_works
from codequest.corpus.journal import Journal
from codequest.corpus.sources.source import Record
from codequest.corpus.survey import RunningDigest
from codequest.errors import CodequestError, TeacherError, require
from codequest.files import replace_file
from codequest.progress import Progress, Work, silent
from codequest.space import Side, Vectors
from codequest.teachers import Teacher
from codequest.teachers.stored.shards import DIGEST, ID, TEXT, VECTOR, DType, shard_name

EMPTY = "the text is empty"
"""Why a text that has nothing in it has no vector."""

_PLAIN = {ID: "zstd", TEXT: "zstd", DIGEST: "none", f"{VECTOR}.list.element": "none"}
_MOST_CHARACTERS = 300  # of a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardPlan:
    """How the shards of a run are made.

    Attributes:
        folder: Where they go; it exists.
        journals: Where the vectors of unfinished ones are; it exists.
        side: Side of the texts.
        dtype: Number format of the vectors.
        keeps_text: Whether texts are kept.
    """

    folder: Path
    journals: Path
    side: Side
    dtype: DType
    keeps_text: bool

    def path(self, number: int) -> Path:
        """The file of a shard."""
        return self.folder / shard_name(number)

    def journal(self, number: int) -> Path:
        """The file of its journal."""
        return self.journals / f"{number:06d}.journal"


@dataclass(slots=True)
class _Unfinished:
    """A shard while it is embedded."""

    texts: list[str]
    vectors: npt.NDArray[Any]
    done: npt.NDArray[np.bool_]
    failed: dict[int, str] = field(default_factory=dict)

    def take(self, found: tuple[list[int], npt.NDArray[Any]] | dict[int, str]) -> None:
        if isinstance(found, dict):
            self.failed |= found
            self.done[list(found)] = True
        else:
            self.vectors[found[0]] = found[1]
            self.done[found[0]] = True


def embed_shard(
    teacher: Teacher,
    records: Sequence[Record],
    number: int,
    plan: ShardPlan,
    *,
    progress: Progress = silent,
) -> None:
    """Embed the texts of a shard, and write it.

    What its journal holds is not embedded again. A text that cannot be embedded alone has no row; its id and the
    reason stand in the metadata of the file.

    Args:
        teacher: Embeds the texts.
        records: The texts with their ids.
        number: Number of the shard.
        plan: How shards are made.
        progress: Told how many of the texts are embedded, by their share of all tokens.

    Raises:
        TeacherError: The teacher fails whatever it is given.
        OSError: The shard or its journal cannot be written.
    """
    dim, count = teacher.space.dim, len(records)
    shard = _Unfinished([record.text for record in records], np.empty((count, dim), plan.dtype), np.zeros(count, bool))
    key = shard_key(teacher.space.fingerprint, records, plan)
    journal = Journal(plan.journal(number), key, dim=dim, dtype=plan.dtype)
    try:
        for found in journal.replay():
            shard.take(found)
        shard.take({place: EMPTY for place, text in enumerate(shard.texts) if not text.strip()})
        _embed(teacher, shard, journal, plan, progress)
        replace_file(plan.path(number), _parquet(records, shard, plan, key))
        journal.remove()
    finally:
        journal.close()


def shard_key(fingerprint: str, records: Sequence[Record], plan: ShardPlan) -> bytes:
    """Digest of what is embedded in a shard, and of how.

    Args:
        fingerprint: That of the space.
        records: The texts with their ids.
        plan: How shards are made.
    """
    digest = RunningDigest()
    digest.add(Record(fingerprint, f"{plan.side} {plan.dtype} {plan.keeps_text}"))
    for record in records:
        digest.add(record)
    return digest.value()


def _embed(teacher: Teacher, shard: _Unfinished, journal: Journal, plan: ShardPlan, progress: Progress) -> None:
    """Embed what is not done. Batches are always those of the whole shard, so that vectors are always the same."""
    places = [place for place, text in enumerate(shard.texts) if text.strip()]
    if not places or shard.done.all():
        return
    texts, reasons = [shard.texts[place] for place in places], dict[int, str]()

    def is_done(batch: list[int]) -> bool:
        return bool(shard.done[[places[row] for row in batch]].all())

    def rescue(batch: list[int], error: Exception) -> Vectors:
        vectors, failed = _one_by_one(teacher, [texts[row] for row in batch], plan.side, error)
        reasons.update({places[batch[row]]: reason for row, reason in failed.items()})
        return vectors

    def report(what: str, done: int, total: int) -> None:
        if what in (Work.EMBEDDING_DOCUMENTS, Work.EMBEDDING_QUERIES):
            done = done * len(shard.texts) // max(total, 1)
        progress(what, done, total)

    for batch, vectors in teacher.encode_batches(texts, plan.side, skip=is_done, rescue=rescue, progress=report):
        rows = [(row, place) for row, place in enumerate(places[position] for position in batch)]
        kept = [(row, place) for row, place in rows if place not in reasons]
        failed = {place: reasons[place] for _, place in rows if place in reasons}
        if failed:
            journal.fail(failed)
            shard.take(failed)
        found = [place for _, place in kept], _rounded(vectors[[row for row, _ in kept]], plan.dtype, teacher)
        journal.add(*found)
        shard.take(found)


def _one_by_one(teacher: Teacher, texts: Sequence[str], side: Side, error: Exception) -> tuple[Vectors, dict[int, str]]:
    """The vectors of a batch that failed, each text alone, and why some fail even so.

    Raises:
        Exception: That of the batch, where the teacher no longer embeds anything.
    """
    vectors, failed = np.zeros((len(texts), teacher.space.dim), np.float32), dict[int, str]()
    for row, text in enumerate(texts):
        try:
            if len(texts) == 1:
                raise error
            vectors[row] = teacher.encode_batch([text], side)[0]
        except (CodequestError, RuntimeError) as alone:
            if not still_works(teacher, side):
                raise error from None
            failed[row] = " ".join(str(alone).split())[:_MOST_CHARACTERS] or type(alone).__name__
    return vectors, failed


def _rounded(vectors: Vectors, dtype: DType, teacher: Teacher) -> npt.NDArray[Any]:
    with np.errstate(over="ignore"):
        rounded = vectors.astype(dtype)
    if not np.isfinite(rounded).all():
        raise TeacherError(
            f"{teacher.space.teacher} gives vectors of up to {np.abs(vectors).max():.3g}, which float16 has no number "
            "for. Embed into another folder with float32."
        )
    return rounded


def _parquet(records: Sequence[Record], shard: _Unfinished, plan: ShardPlan, key: bytes) -> Any:
    """The content of the file."""
    arrow, parquet = require("pyarrow", extra="vectors"), require("pyarrow.parquet", extra="vectors")
    kept = [place for place in range(len(records)) if place not in shard.failed]
    vectors = shard.vectors if len(kept) == len(records) else shard.vectors[kept]
    columns = {
        ID: arrow.array([records[place].id for place in kept], arrow.string()),
        **({TEXT: arrow.array([records[place].text for place in kept], arrow.string())} if plan.keeps_text else {}),
        DIGEST: arrow.array([sha256(records[place].text.encode()).digest() for place in kept], arrow.binary(32)),
        VECTOR: arrow.FixedSizeListArray.from_arrays(arrow.array(vectors.reshape(-1)), vectors.shape[1]),
    }
    said = {"key": key.hex(), "failed": {records[place].id: reason for place, reason in sorted(shard.failed.items())}}
    table = arrow.table(columns).replace_schema_metadata({"codequest": json.dumps(said, ensure_ascii=False)})
    sink = arrow.BufferOutputStream()
    compression = {name: how for name, how in _PLAIN.items() if name.partition(".")[0] in columns}
    parquet.write_table(table, sink, compression=compression, use_dictionary=False, write_statistics=[ID])
    return sink.getvalue()

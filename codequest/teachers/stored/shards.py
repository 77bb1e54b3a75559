"""Folders of vectors in shards, as ``codequest embed`` writes them: how they are laid out, and their vectors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from codequest.errors import TeacherError, require
from codequest.files.packed import Unpacked
from codequest.json_files import parse_json, read_json, refuse_irregular
from codequest.space import Side
from codequest.texts import counted

MANIFEST_FILE = "manifest.json"
FORMAT_VERSION = 1
ID, TEXT, DIGEST, VECTOR = "id", "text", "sha256", "vector"
"""Columns of a shard."""

DType = Literal["float16", "float32"]
"""Number format of the vectors in shards."""

_REMEDY = "It is written by `codequest embed`: run that again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a folder of shards says of itself.

    Attributes:
        format_version: Of the folder.
        codequest_version: That began it.
        space: Where the vectors lie, as `EmbeddingSpace.to_dict` writes it.
        embedder: Name of the teacher or encoder that made them.
        light: Whether that is an encoder, whose vectors stand for the teacher's.
        side: Side of the texts: documents or queries.
        dtype: Number format of the vectors.
        keeps_text: Whether the shards hold the texts.
        sources: Names of what was embedded.
        source_digest: Digest of all ids and texts, in their order.
        texts: Number of texts in the sources.
        shard_size: Texts of a shard, those included that could not be embedded; the last one has the rest.
        complete: Whether every shard is there.
        vectors: Number of vectors; 0 until it is complete.
        failed: Number of texts without a vector, which ``failed.jsonl`` lists; 0 until it is complete.
    """

    format_version: int
    codequest_version: str
    space: dict[str, Any]
    embedder: str
    light: bool
    side: Side
    dtype: DType
    keeps_text: bool
    sources: list[str]
    source_digest: str
    texts: int
    shard_size: int
    complete: bool = False
    vectors: int = 0
    failed: int = 0

    @property
    def shards(self) -> int:
        """Number of shards."""
        return -(-self.texts // self.shard_size)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of a folder.

        Raises:
            TeacherError: Missing, damaged, or of a later version.
        """
        path = folder / MANIFEST_FILE
        manifest = read_json(path, cls, error=TeacherError, remedy=_REMEDY)
        if manifest.format_version != FORMAT_VERSION or manifest.shard_size < 1:
            raise TeacherError(
                f"{path} is of format {manifest.format_version}, this codequest reads {FORMAT_VERSION}. Read it with "
                f"the codequest that wrote it ({manifest.codequest_version}), or one that is later."
            )
        return manifest


def shard_name(number: int) -> str:
    """File name of a shard."""
    return f"{number:06d}.parquet"


def read_shards(folder: Path, *, texts: bool = True) -> tuple[list[str] | None, npt.NDArray[np.float32]]:
    """Texts and vectors of a folder of shards, in the order of its sources.

    Args:
        folder: ``documents`` or ``queries``, next to the manifest.
        texts: Whether texts are read.

    Returns:
        n texts, None where they are not read or not kept; and (n, dim).

    Raises:
        TeacherError: The folder is not complete, or a shard is damaged.
        MissingDependencyError: pyarrow is not installed.
    """
    manifest = Manifest.read(folder.parent)
    if not manifest.complete:
        there = sum((folder / shard_name(number)).exists() for number in range(manifest.shards))
        raise TeacherError(
            f"{folder.parent} has {there} of {counted(manifest.shards, 'shard')}: it is not embedded to its end. Run "
            "the same `codequest embed` again, which goes on where it was."
        )
    kept: list[str] | None = [] if texts and manifest.keeps_text else None
    vectors = np.empty((manifest.vectors, int(manifest.space["dim"])), dtype=np.float32)
    filled = 0
    for number in range(manifest.shards):
        for found, rows in _parts(folder / shard_name(number), wants_text=kept is not None):
            if rows.shape[1] != vectors.shape[1] or filled + len(rows) > len(vectors):
                raise TeacherError(f"{folder / shard_name(number)} is not of the manifest next to it. {_REMEDY}")
            vectors[filled : filled + len(rows)] = rows
            filled += len(rows)
            if kept is not None:
                kept += found
    if filled != len(vectors):
        raise TeacherError(f"{folder} holds {counted(filled, 'vector')}, its manifest says {len(vectors)}. {_REMEDY}")
    return kept, vectors


def _parts(path: Path, *, wants_text: bool) -> Iterator[tuple[list[str], npt.NDArray[Any]]]:
    """Texts and vectors of a shard, a part at a time."""
    arrow, parquet = require("pyarrow", extra="vectors"), require("pyarrow.parquet", extra="vectors")
    try:
        refuse_irregular(path)
        unpacked = Unpacked(path, TeacherError)
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(columns=[VECTOR, *([TEXT] if wants_text else [])]):
                batch.validate(full=True)
                unpacked.add(batch.nbytes)
                column = batch.column(VECTOR)
                numbers = column.flatten().to_numpy(zero_copy_only=False)
                texts = batch.column(TEXT).to_pylist() if wants_text else []
                yield texts, numbers.reshape(len(batch), -1)
    except (arrow.ArrowException, OSError, KeyError, ValueError, AttributeError) as error:
        raise TeacherError(f"{path} is no shard of vectors, or it is damaged: {error}. {_REMEDY}") from error


def shard_facts(path: Path) -> dict[str, Any] | None:
    """What a shard says of itself; None where it is no whole shard.

    Those are its number of ``rows``, the ``key`` of what was embedded, and the ids that ``failed``, each with a reason.
    """
    arrow, parquet = require("pyarrow", extra="vectors"), require("pyarrow.parquet", extra="vectors")
    try:
        refuse_irregular(path)
        described = parquet.read_metadata(path)
        said = parse_json(described.metadata[b"codequest"], where=str(path), error=TeacherError, remedy=_REMEDY)
        facts = {"rows": described.num_rows, **said}
        return facts if isinstance(facts.get("failed"), dict) and "key" in facts else None
    except (arrow.ArrowException, OSError, KeyError, TypeError, TeacherError):
        return None

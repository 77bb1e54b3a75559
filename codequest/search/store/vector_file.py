"""The vectors of an index: a file of float32 rows for each tier, which only grows, mapped by whoever searches.

Next to it is one of their codes, see `codequest.search.store.vector_codes`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from codequest.search.store.vector_codes import Codes, mapped_codes, write_codes
from codequest.space import Vectors

Tier = Literal["light", "teacher"]
"""By what a vector of a chunk was made: at once by a light encoder for documents, or by the teacher."""

TIERS: tuple[Tier, ...] = get_args(Tier)
_FLOAT = np.dtype("<f4")


def vectors_file(tier: Tier) -> str:
    """Name of the file of a tier's vectors."""
    return f"{tier}.f32"


def codes_file(tier: Tier) -> str:
    """Name of the file of their codes."""
    return f"{tier}.i8"


def append_vectors(folder: Path, tier: Tier, vectors: Vectors) -> int:
    """Write rows to the end of the file, onto the disk, and their codes.

    A row that a killed run left half written is filled up first: rows are never moved or cut off, because searches of
    other processes have the file mapped.

    Args:
        folder: That of the store.
        tier: Whose file it is.
        vectors: (rows, dim).

    Returns:
        The slot of the first row.

    Raises:
        OSError: No space, or no permission.
    """
    row = vectors.shape[1] * _FLOAT.itemsize
    with (folder / vectors_file(tier)).open("ab") as file:
        end = file.seek(0, os.SEEK_END)
        if end % row:
            file.write(bytes(row - end % row))
        slot = -(-end // row)
        file.write(np.ascontiguousarray(vectors, dtype=_FLOAT).data)
        file.flush()
        os.fsync(file.fileno())
    write_codes(folder / codes_file(tier), vectors, slot=slot)
    return int(slot)


def mapped_vectors(folder: Path, tier: Tier, *, rows: int, dim: int) -> Vectors:
    """The first rows of the file, (rows, dim), read from the disk when they are first used.

    Raises:
        ValueError: The file has fewer rows.
        OSError: It cannot be read.
    """
    if rows == 0:
        return np.empty((0, dim), np.float32)
    file = folder / vectors_file(tier)
    size, needed = file.stat().st_size, rows * dim * _FLOAT.itemsize
    if size < needed:
        raise ValueError(f"{file.name} has {size:,} bytes, fewer than the {needed:,} of {rows:,} vectors")
    vectors: Vectors = np.memmap(file, dtype=_FLOAT, mode="r", shape=(rows, dim))
    return vectors


def codes_of_tier(folder: Path, tier: Tier, *, rows: int, dim: int) -> Codes:
    """The codes of the first rows, (rows, dim); raises as `mapped_vectors`."""
    return mapped_codes(folder / codes_file(tier), rows=rows, dim=dim) if rows else np.empty((0, dim), np.int8)

"""The vectors of an index: a file of float32 rows that only grows, mapped into memory by whoever searches."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from codequest.space import Vectors

VECTORS_FILE = "vectors.f32"
_FLOAT = np.dtype("<f4")


def append_vectors(folder: Path, vectors: Vectors) -> int:
    """Write rows to the end of the file, onto the disk.

    A row that a killed run left half written is filled up first: rows are never moved or cut off, because searches of
    other processes have the file mapped.

    Args:
        folder: That of the store.
        vectors: (rows, dim).

    Returns:
        The slot of the first row.

    Raises:
        OSError: No space, or no permission.
    """
    row = vectors.shape[1] * _FLOAT.itemsize
    with (folder / VECTORS_FILE).open("ab") as file:
        end = file.seek(0, os.SEEK_END)
        if end % row:
            file.write(bytes(row - end % row))
        slot = -(-end // row)
        file.write(np.ascontiguousarray(vectors, dtype=_FLOAT).data)
        file.flush()
        os.fsync(file.fileno())
    return int(slot)


def mapped_vectors(folder: Path, *, rows: int, dim: int) -> Vectors:
    """The first rows of the file, (rows, dim), read from the disk when they are first used.

    Raises:
        ValueError: The file has fewer rows.
        OSError: It cannot be read.
    """
    if rows == 0:
        return np.empty((0, dim), np.float32)
    file = folder / VECTORS_FILE
    size, needed = file.stat().st_size, rows * dim * _FLOAT.itemsize
    if size < needed:
        raise ValueError(f"{file.name} has {size:,} bytes, fewer than the {needed:,} of {rows:,} vectors")
    vectors: Vectors = np.memmap(file, dtype=_FLOAT, mode="r", shape=(rows, dim))
    return vectors

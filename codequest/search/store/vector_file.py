"""The vectors of an index: a file of float32 rows for each tier, which only grows, mapped by whoever searches.

Next to a large one is one of their codes, see `codequest.search.store.vector_codes`.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from codequest.search.store.vector_codes import VectorCodes, mapped_codes, new_codes, write_codes
from codequest.space import Vectors
from codequest.texts import counted

Tier = Literal["light", "teacher"]
"""By what a vector of a chunk was made: at once by a light encoder for documents, or by the teacher."""

TIERS: tuple[Tier, ...] = get_args(Tier)
MANY, LARGE = 8192, 131_072
"""Rows from which on a file has codes, and from which on searches do not keep in memory what they have read of it."""

_FLOAT = np.dtype("<f4")


def vectors_file(tier: Tier) -> str:
    """Name of the file of a tier's vectors."""
    return f"{tier}.f32"


def codes_file(tier: Tier) -> str:
    """Name of the file of their codes."""
    return f"{tier}.bits"


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
    dim = vectors.shape[1]
    row = dim * _FLOAT.itemsize
    with (folder / vectors_file(tier)).open("ab") as file:
        end = file.seek(0, os.SEEK_END)
        if end % row:
            file.write(bytes(row - end % row))
        slot = -(-end // row)
        file.write(np.ascontiguousarray(vectors, dtype=_FLOAT).data)
        file.flush()
        os.fsync(file.fileno())
    codes, rows = folder / codes_file(tier), slot + len(vectors)
    if codes.exists():
        write_codes(codes, vectors, slot=slot)
    elif rows >= MANY:
        new_codes(codes, mapped_vectors(folder, tier, rows=rows, dim=dim))
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
        raise ValueError(f"{file.name} has {size:,} bytes, fewer than the {needed:,} of {counted(rows, 'vector')}")
    vectors: Vectors = np.asarray(np.memmap(file, dtype=_FLOAT, mode="r", shape=(rows, dim)))  # plain rows are faster
    return vectors


class VectorReader:
    """Rows of a file of vectors, read into memory of their own.

    Mapped rows that were read once count as memory of the process; of a large file, most of which searches read sooner
    or later, that would be all of it.

    Args:
        folder: That of the store.
        tier: Whose file it is.
        dim: Length of the vectors.

    Raises:
        OSError: It cannot be read.
    """

    def __init__(self, folder: Path, tier: Tier, *, dim: int) -> None:
        self._dim = dim
        self._handle = os.open(folder / vectors_file(tier), os.O_RDONLY)
        weakref.finalize(self, os.close, self._handle)

    def rows(self, slots: npt.NDArray[np.int64]) -> Vectors:
        """Rows by their slots, (slots, dim).

        Raises:
            OSError: They cannot be read.
        """
        size = self._dim * _FLOAT.itemsize
        read = b"".join([os.pread(self._handle, size, start) for start in (slots * size).tolist()])
        return np.frombuffer(read, _FLOAT).reshape(-1, self._dim)


def codes_of_tier(folder: Path, tier: Tier, *, rows: int, dim: int) -> VectorCodes | None:
    """The codes of the first rows; None of few rows, which need none. Raises as `mapped_vectors`."""
    return mapped_codes(folder / codes_file(tier), rows=rows, dim=dim) if rows >= MANY else None

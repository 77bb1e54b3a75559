"""The vectors of an index once more, a byte for each value: what a search of many chunks reads first.

Cosines of them are off by about a thousandth, so those of the best chunks are computed again from the vectors
themselves. SimSIMD (https://github.com/ashvardanian/SimSIMD) multiplies them in the registers of the processor, which
numpy does not do for integers.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from codequest.errors import require
from codequest.space import Vectors

Codes = npt.NDArray[np.int8]
"""Rows of a vector each, of which the direction alone says something, (rows, dim)."""

_MOST = 127


def encoded(vectors: Vectors) -> Codes:
    """The codes of vectors, (rows, dim): each row as fine as its largest value allows."""
    largest = np.abs(vectors).max(axis=-1, keepdims=True, initial=np.float32(1e-9))
    codes: Codes = np.rint(vectors * (_MOST / largest)).astype(np.int8)
    return codes


def write_codes(file: Path, vectors: Vectors, *, slot: int) -> None:
    """Write the codes of vectors, (rows, dim), from a slot on, onto the disk; rows before it without any stay zeros.

    Raises:
        OSError: No space, or no permission.
    """
    with file.open("r+b" if file.exists() else "wb") as opened:
        opened.seek(slot * vectors.shape[1])
        opened.write(encoded(vectors).data)
        opened.flush()
        os.fsync(opened.fileno())


def mapped_codes(file: Path, *, rows: int, dim: int) -> Codes:
    """The first rows of a file of codes, read from the disk when they are first used.

    Raises:
        ValueError: The file has fewer rows.
        OSError: It cannot be read.
    """
    size = file.stat().st_size
    if size < rows * dim:
        raise ValueError(f"{file.name} has {size:,} bytes, fewer than the {rows * dim:,} of {rows:,} vectors")
    codes: Codes = np.memmap(file, dtype=np.int8, mode="r", shape=(rows, dim))
    return codes


def code_cosines(codes: Codes, query_vector: Vectors) -> Vectors:
    """Cosines of codes to a query, (rows,), each off by about a thousandth.

    Args:
        codes: Those of the vectors.
        query_vector: (dim,).

    Raises:
        MissingDependencyError: simsimd is not installed.
    """
    simsimd = require("simsimd", extra="search")
    cosines: Vectors = 1 - np.asarray(simsimd.cdist(encoded(query_vector)[None], codes, "cosine"), np.float32)[0]
    return cosines

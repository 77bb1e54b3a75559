"""The vectors of a large index once more, a bit for each value: what a search of many chunks reads first.

A bit says on which side of the mean of the index a value is. The share of bits in which two directions differ grows
with the angle between them (Charikar, Similarity Estimation Techniques from Rounding Algorithms, 2002), so the chunks
with the fewest different bits are read as they are and compared exactly. SimSIMD
(https://github.com/ashvardanian/SimSIMD) counts the bits in the registers of the processor.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from codequest.errors import require
from codequest.files import replace_file
from codequest.space import Vectors
from codequest.texts import counted

Codes = npt.NDArray[np.uint8]
"""Rows of the bits of a vector each, (rows, bytes)."""

_FLOAT = np.dtype("<f4")
_TIMES, _SHARE = 2, 200  # as many rows as are wanted, and one of so many, whose bits are multiplied
_UNWANTED = 2**16 - 1  # more than any distance
_LARGEST = 127  # value of a query


@dataclass(frozen=True, slots=True)
class VectorCodes:
    """Codes of the rows of a file of vectors.

    Attributes:
        center: Mean of the vectors that were there when the first codes were written, (dim,).
        rows: (rows, bytes).
    """

    center: Vectors
    rows: Codes

    def nearest(self, query_vector: Vectors, count: int, wanted: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.int64]:
        """Slots of the rows whose bits tell that they are nearest to a query, in their order; those that tie, too.

        First come the rows with the fewest bits that differ from the signs of the query, some times as many as are
        wanted; of these the ones whose bits have the highest product with the query as it is.

        Args:
            query_vector: (dim,).
            count: How many.
            wanted: Which rows may be among them, (rows,); None for all.

        Raises:
            MissingDependencyError: simsimd is not installed.
        """
        query = self._beside(query_vector)
        near = self._fewest_different(query, max(_TIMES * count, len(self.rows) // _SHARE), wanted)
        if len(near) <= count:
            return near
        products = _products(self.rows[near], query)
        nearest: npt.NDArray[np.int64] = near[products >= np.partition(products, -count)[-count]]
        return nearest

    def _fewest_different(
        self, query: Vectors, count: int, wanted: npt.NDArray[np.bool_] | None
    ) -> npt.NDArray[np.int64]:
        """Slots of the rows with the fewest bits that differ from the signs of a query; all that tie with the last."""
        distances = _distances(self.rows, np.packbits(query > 0))
        if wanted is not None:
            distances[~wanted] = _UNWANTED
        closer = np.cumsum(np.bincount(distances))  # rows of each distance or a smaller one
        most = min(int(np.searchsorted(closer, count)), _UNWANTED - 1)
        return np.flatnonzero(distances <= most)

    def _beside(self, query_vector: Vectors) -> Vectors:
        """A query without its part along the center, which is nearly the same to all rows, and would set most bits."""
        along = float(query_vector @ self.center) / max(float(self.center @ self.center), 1e-9)
        beside: Vectors = query_vector - along * self.center
        return beside


def write_codes(file: Path, vectors: Vectors, *, slot: int) -> None:
    """Write the codes of vectors, (rows, dim), from a slot on, onto the disk; rows before it without any stay zeros.

    Args:
        file: It is there: see `new_codes`.
        vectors: (rows, dim).
        slot: That of the first one.

    Raises:
        OSError: No space, or no permission.
    """
    dim = vectors.shape[1]
    with file.open("r+b") as opened:
        center = np.frombuffer(opened.read(dim * _FLOAT.itemsize), _FLOAT)
        opened.seek(_start(dim) + slot * _width(dim))
        opened.write(_encoded(vectors, center).data)
        opened.flush()
        os.fsync(opened.fileno())


def new_codes(file: Path, vectors: Vectors) -> None:
    """Make a file of codes, of all vectors that there are, (rows, dim).

    Raises:
        OSError: No space, or no permission.
    """
    center = vectors.mean(axis=0, dtype=np.float64).astype(_FLOAT)
    replace_file(file, center.tobytes() + _encoded(vectors, center).tobytes())


def mapped_codes(file: Path, *, rows: int, dim: int) -> VectorCodes:
    """The codes of the first rows of a file, read from the disk when they are first used.

    Raises:
        ValueError: The file has fewer rows.
        OSError: It cannot be read.
    """
    size, needed = file.stat().st_size, _start(dim) + rows * _width(dim)
    if size < needed:
        raise ValueError(f"{file.name} has {size:,} bytes, fewer than the {needed:,} of {counted(rows, 'vector')}")
    codes: Codes = np.memmap(file, np.uint8, mode="r", offset=_start(dim), shape=(rows, _width(dim)))
    return VectorCodes(np.fromfile(file, _FLOAT, count=dim), codes)


def _encoded(vectors: Vectors, center: Vectors) -> Codes:
    return np.packbits(vectors > center, axis=-1)


def _start(dim: int) -> int:
    return dim * _FLOAT.itemsize


def _width(dim: int) -> int:
    return -(-dim // 8)


def _products(codes: Codes, query: Vectors) -> Vectors:
    """Products of a query with the bits of each row, (rows,)."""
    simsimd = require("simsimd", extra="search")
    bits = np.unpackbits(codes, axis=1, count=len(query)).view(np.int8)
    whole = np.rint(query * (_LARGEST / max(float(np.abs(query).max()), 1e-9))).astype(np.int8)
    products: Vectors = np.asarray(simsimd.cdist(whole[None], bits, "dot"))[0].astype(np.float32)
    return products


def _distances(codes: Codes, query: Codes) -> npt.NDArray[np.uint16]:
    """Number of different bits of each row, (rows,)."""
    simsimd = require("simsimd", extra="search")
    found = simsimd.cdist(query[None], codes, "hamming", dtype="bin8", out_dtype="f32")
    distances: npt.NDArray[np.uint16] = np.asarray(found)[0].astype(np.uint16)
    return distances

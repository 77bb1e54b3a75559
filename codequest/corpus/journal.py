"""Journal: the vectors of a shard that is not finished, written batch by batch."""

from __future__ import annotations

import json
import struct
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from codequest.errors import CorpusError
from codequest.files import take_lock
from codequest.json_files import parse_json
from codequest.teachers.stored.shards import DType

_VECTORS, _FAILED = 1, 2
_PATIENCE, _BETWEEN_TRIES = 60.0, 0.2  # seconds
_FRAME = struct.Struct("<BQI")  # kind, bytes of the content, its checksum


class Journal:
    """The vectors of a shard so far; what a killed process has written whole is there again.

    Args:
        path: The file; made if it does not exist. Its folder exists.
        key: Digest of the texts and of how they are embedded: a journal of another one is thrown away.
        dim: Length of the vectors.
        dtype: Their number format.

    Raises:
        OSError: It cannot be read or written.
        CorpusError: Another process holds it.
    """

    def __init__(self, path: Path, key: bytes, *, dim: int, dtype: DType) -> None:
        self._dim, self._dtype = dim, np.dtype(dtype)
        self._file: BinaryIO = path.open("a+b", buffering=0)
        self._path = path
        self._wait(path)
        self._file.seek(0)
        if self._file.read(len(key)) != key:
            self._file.truncate(0)
            self._file.write(key)
        self._start = len(key)

    def _wait(self, path: Path) -> None:
        """Hold the file: a worker whose driver was killed may live on for seconds, and still write to it."""
        until = time.monotonic() + _PATIENCE
        while take_lock(self._file) == "taken":
            if time.monotonic() > until:
                raise CorpusError(f"Another process embeds the same shard and writes to {path}. End it first.")
            time.sleep(_BETWEEN_TRIES)

    def replay(self) -> Iterator[tuple[list[int], npt.NDArray[Any]] | dict[int, str]]:
        """What was written: positions with their vectors, (n, dim), or the reasons why positions failed."""
        self._file.seek(self._start)
        end = self._start
        for kind, content in self._frames():
            end += _FRAME.size + len(content)
            if kind == _FAILED:
                reasons = parse_json(content, where=str(self._path), error=CorpusError, remedy="Remove it.")
                yield {int(position): reason for position, reason in reasons.items()}
            else:
                row = 4 + self._dim * self._dtype.itemsize
                count = len(content) // row
                positions = np.frombuffer(content, np.uint32, count).tolist()
                vectors = np.frombuffer(content, self._dtype, count * self._dim, 4 * count)
                yield positions, vectors.reshape(count, self._dim)
        self._file.truncate(end)

    def add(self, positions: Sequence[int], vectors: npt.NDArray[Any]) -> None:
        """Keep the vectors of some positions.

        Raises:
            OSError: It cannot be written.
        """
        self._write(_VECTORS, np.asarray(positions, np.uint32).tobytes() + vectors.astype(self._dtype).tobytes())

    def fail(self, reasons: Mapping[int, str]) -> None:
        """Keep why some positions have no vector."""
        self._write(_FAILED, json.dumps({str(position): reason for position, reason in reasons.items()}).encode())

    def close(self) -> None:
        """Close the file; it stays."""
        self._file.close()

    def remove(self) -> None:
        """Remove the file, whose shard is finished."""
        self.close()
        self._path.unlink(missing_ok=True)

    def _write(self, kind: int, content: bytes) -> None:
        frame = memoryview(_FRAME.pack(kind, len(content), zlib.crc32(content)) + content)
        while frame:
            frame = frame[self._file.write(frame) :]

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        """Frames that are whole; a killed process or machine may have left a part of one at the end."""
        while len(head := self._file.read(_FRAME.size)) == _FRAME.size:
            kind, size, checksum = _FRAME.unpack(head)
            left = self._path.stat().st_size - self._file.tell()
            content = self._file.read(size) if size <= left else b""
            if len(content) != size or zlib.crc32(content) != checksum:
                return
            yield kind, content

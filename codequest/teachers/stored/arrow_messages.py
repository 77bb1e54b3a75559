"""What the messages of an Arrow file unpack to, said before they are unpacked.

A message is a flatbuffer and a body. Where the body is packed, each of its buffers begins with its length unpacked:
https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc and, for the tables
and their fields, ``Message.fbs`` in https://github.com/apache/arrow/tree/main/format.
"""

from __future__ import annotations

import struct
from typing import Any

_DICTIONARY, _RECORDS = 2, 3  # kinds of messages with a body
_KIND, _HEADER, _DATA, _BUFFERS, _COMPRESSION = 1, 2, 1, 2, 3  # places of fields in their tables
_LENGTH = 8  # bytes


def unpacked_size(message: Any) -> int:
    """Bytes that the body of a message unpacks to, as it says itself.

    Args:
        message: A `pyarrow.ipc.Message`.

    Raises:
        ValueError: It is damaged.
    """
    metadata, body = message.metadata.to_pybytes(), message.body
    try:
        table = _follow(metadata, 0)
        kind_at = _field(metadata, table, _KIND)
        kind = metadata[kind_at] if kind_at else 0
        if kind not in (_DICTIONARY, _RECORDS) or body is None:
            return 0
        table = _inner(metadata, table, _HEADER)
        table = _inner(metadata, table, _DATA) if kind == _DICTIONARY else table
        if not _field(metadata, table, _COMPRESSION):
            return int(body.size)
        vector = _inner(metadata, table, _BUFFERS)
        [count] = struct.unpack_from("<I", metadata, vector)
        places = struct.unpack_from(f"<{2 * count}q", metadata, vector + 4)
        pairs = zip(places[::2], places[1::2], strict=True)
        return sum(_unpacked(body, start, length) for start, length in pairs)
    except (struct.error, IndexError) as error:
        raise ValueError(f"a message cannot be read ({error})") from error


def _unpacked(body: Any, start: int, length: int) -> int:
    if length < _LENGTH or start < 0:
        return 0
    [said] = struct.unpack("<q", body.slice(start, _LENGTH).to_pybytes())
    return max(int(said), length)  # -1 where it is not packed


def _follow(metadata: bytes, at: int) -> int:
    return at + int(struct.unpack_from("<I", metadata, at)[0])


def _field(metadata: bytes, table: int, number: int) -> int:
    """Where a field of a table is; 0 where it has none."""
    names = table - int(struct.unpack_from("<i", metadata, table)[0])
    size, at = int(struct.unpack_from("<H", metadata, names)[0]), 4 + 2 * number
    offset = int(struct.unpack_from("<H", metadata, names + at)[0]) if at < size else 0
    return table + offset if offset else 0


def _inner(metadata: bytes, table: int, number: int) -> int:
    at = _field(metadata, table, number)
    if not at:
        raise IndexError("a field is missing")
    return _follow(metadata, at)

"""Segments of the full-text index: whether their files are as tantivy wrote them.

tantivy ends the process at some damaged files, where it asks for memory that no machine has. Each of its files ends
with a footer: JSON with the CRC-32 of what stands before it, the length of that JSON, and a mark of four bytes.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from pathlib import Path

import msgspec

_MARK = (1337).to_bytes(4, "little")
_MOST_FOOTER = 4096  # bytes
_AT_ONCE = 1 << 20
_MANY_FILES = 4096  # remembered, so that a search after a small change reads the new ones alone


class _Segment(msgspec.Struct):
    segment_id: str


class _Meta(msgspec.Struct):
    segments: list[_Segment]


class _Footer(msgspec.Struct):
    crc: int


def refuse_damaged(folder: Path) -> None:
    """Check the files of all segments that the index names.

    Args:
        folder: That of the full-text index.

    Raises:
        ValueError: A file is damaged.
        OSError: A file cannot be read.
    """
    meta = msgspec.json.decode((folder / "meta.json").read_bytes(), type=_Meta)
    names = {segment.segment_id.replace("-", "") for segment in meta.segments}
    for file in folder.iterdir():
        if file.name.split(".")[0] in names:
            status = file.stat()
            if not _is_whole(file, status.st_size, status.st_mtime_ns, status.st_ino):
                raise ValueError(f"{file.name} is damaged")


@lru_cache(_MANY_FILES)
def _is_whole(file: Path, size: int, modified: int, inode: int) -> bool:  # noqa: ARG001  these tell versions apart
    """Tell whether the content of a file has the checksum of its footer."""
    with file.open("rb") as content:
        tail = _MOST_FOOTER + 8
        content.seek(max(0, size - tail))
        end = content.read(tail)
        length = int.from_bytes(end[-8:-4], "little")
        if end[-4:] != _MARK or not 0 < length <= len(end) - 8:
            return False
        try:
            footer = msgspec.json.decode(end[-8 - length : -8], type=_Footer)
        except ValueError:
            return False
        content.seek(0)
        left, found = size - 8 - length, 0
        while left and (block := content.read(min(left, _AT_ONCE))):
            found = zlib.crc32(block, found)
            left -= len(block)
    return found == footer.crc

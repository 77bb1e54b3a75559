"""Packed files: how much may come out of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from codequest.errors import CodequestError, require

_TIMES = 100  # texts unpack to ten times their size, vectors to little more than theirs
_AT_LEAST = 256 << 20  # bytes
_WIDEST = 8  # bytes of a number, or of the place of a text


class Unpacked:
    """Counts what comes out of a packed file: a few kilobytes may unpack to any number.

    Args:
        path: The file.
        error: Class of what is raised.

    Raises:
        OSError: There is no such file.
    """

    def __init__(self, path: Path, error: Callable[[str], CodequestError]) -> None:
        self._path, self._error = path, error
        self._size = path.stat().st_size
        self._left = max(_TIMES * self._size, _AT_LEAST)

    def add(self, size: int) -> None:
        """Count bytes.

        Raises:
            error: They are too many for the size of the file.
        """
        self._left -= size
        if self._left < 0:
            raise self._error(
                f"{self._path} has {self._size:,} bytes and unpacks to more than {_AT_LEAST >> 20} MiB, {_TIMES} times "
                "as many and more, as no texts or vectors do. If it is right nevertheless, save it unpacked."
            )


def parquet_table(
    path: Path,
    *,
    extra: str,
    error: Callable[[str], CodequestError],
    columns: Callable[[Sequence[str]], list[str]] = list,
) -> Any:
    """The table of a Parquet file; what is one text many times is kept once, see `texts_of`.

    Args:
        path: The file.
        extra: The extra of codequest that brings pyarrow.
        error: Class of what is raised.
        columns: Gives the columns that are wanted of those that there are.

    Raises:
        error: It unpacks to far more than its size.
        MissingDependencyError: pyarrow is not installed.
        ArrowException: It is damaged; or an OSError, ValueError or MemoryError.
    """
    parquet = require("pyarrow.parquet", extra=extra)
    described = parquet.read_metadata(path)
    wanted = columns(described.schema.to_arrow_schema().names)
    groups = (described.row_group(number) for number in range(described.num_row_groups))
    parts = [group.column(number) for group in groups for number in range(group.num_columns)]
    parts = [part for part in parts if part.path_in_schema.partition(".")[0] in wanted]
    Unpacked(path, error).add(sum(part.total_uncompressed_size + _WIDEST * part.num_values for part in parts))
    texts = dict.fromkeys(part.path_in_schema for part in parts if part.physical_type == "BYTE_ARRAY")
    return parquet.read_table(path, columns=wanted, read_dictionary=list(texts))


def texts_of(chunk: Any) -> list[str | None]:
    """Values of an array of texts; those that are the same are one object where the file says so."""
    if not hasattr(chunk, "dictionary"):
        return chunk.to_pylist()  # type: ignore[no-any-return]
    known = chunk.dictionary.to_pylist()
    return [None if place is None else known[place] for place in chunk.indices.to_pylist()]

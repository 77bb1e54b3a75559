"""ChunkColumns: what a search knows of every chunk without reading its text."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from codequest.search.store.tables import LISTED_COLUMNS, ListedChunk
from codequest.search.vectors.query_cosines import Mask, Positions

_LINES = ("start_line", "end_line")


class ChunkColumns(Mapping[str, Sequence[Any]]):
    """Path, language, kind, symbol and lines of every chunk; a text that many have is kept once.

    Args:
        rows: In the order of the chunks, some at a time.

    Attributes:
        ids: Of the chunks, (chunks,).
    """

    def __init__(self, rows: Iterable[Sequence[ListedChunk]] = ()) -> None:
        ids = array("q")
        self._columns: dict[str, Any] = {name: array("q") if name in _LINES else [] for name in LISTED_COLUMNS}
        self._categories: dict[str, Categories] = {}
        known: dict[str, str] = {}
        for part in rows:
            numbers, *columns = zip(*part, strict=True)
            ids.extend(cast(tuple[int, ...], numbers))
            for name, values in zip(LISTED_COLUMNS, columns, strict=True):
                self._columns[name].extend(values if name in _LINES else map(known.setdefault, values, values))
        self.ids: Positions = np.array(ids, np.int64)

    def __getitem__(self, name: str) -> Sequence[Any]:
        found: Sequence[Any] = self._columns[name]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def changed(self, kept: Mask, new: ChunkColumns) -> ChunkColumns:
        """Those of the chunks in a mask, and of new ones after them.

        Args:
            kept: Most chunks are in it, and those that are not stand together.
            new: Those of the new chunks.
        """
        changed = copy(self)
        changed.ids = np.concatenate([self.ids[kept], new.ids])
        changed._columns = {name: _kept(column, kept) + new._columns[name] for name, column in self._columns.items()}
        changed._categories = {name: of.changed(kept, new[name]) for name, of in self._categories.items()}
        return changed

    def categories(self, name: str) -> Categories:
        """A column by its values."""
        if name not in self._categories:
            self._categories[name] = Categories(self._columns[name])
        return self._categories[name]


class Categories:
    """A column that has each of its values many times, of which a search counts or compares every row.

    Args:
        column: The column.

    Attributes:
        values: Each once.
        numbers: Places among these of the value of each row, (rows,).
    """

    def __init__(self, column: Sequence[str]) -> None:
        self.numbers: npt.NDArray[np.int32] = np.empty(0, np.int32)
        self.values: list[str] = []
        self._append(column)

    def changed(self, kept: Mask, column: Sequence[str]) -> Categories:
        """Those of the rows in a mask, and of others after them."""
        changed = copy(self)
        changed.numbers, changed.values = self.numbers[kept], [*self.values]
        changed._append(column)
        return changed

    def _append(self, column: Sequence[str]) -> None:
        known = {value: number for number, value in enumerate(self.values)}
        new = np.fromiter((known.setdefault(value, len(known)) for value in column), np.int32, len(column))
        self.numbers, self.values = np.concatenate([self.numbers, new]), [*known]

    def among(self, values: Collection[str]) -> Mask:
        """Mask of the rows that have one of these values, (rows,)."""
        among: Mask = np.fromiter((value in values for value in self.values), bool, len(self.values))[self.numbers]
        return among

    def counts(self, mask: Mask | None) -> dict[str, int]:
        """How many rows of a mask, or of all, have each value, most first."""
        numbers = self.numbers if mask is None else self.numbers[mask]
        counted = zip(self.values, np.bincount(numbers, minlength=len(self.values)).tolist(), strict=True)
        return dict(sorted(((value, count) for value, count in counted if count), key=lambda pair: -pair[1]))

    def present(self) -> set[str]:
        """The values that a row has."""
        return {self.values[number] for number in np.unique(self.numbers)}


def _kept(column: Any, mask: Mask) -> Any:
    kept = column[:0]
    start = 0
    for end in (*np.flatnonzero(~mask).tolist(), len(column)):
        kept += column[start:end]
        start = end + 1
    return kept

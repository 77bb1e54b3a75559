"""Finds ids that come twice, in memory that does not grow with their number."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

IN_MEMORY = 1 << 18
"""Hashes that are kept in memory; further ones are sorted into files."""

_BYTES = 8  # of a hash: among a hundred million ids, a false alarm comes once in 3,700 times, and is looked at again


def hash_of(name: str) -> int:
    """The hash of an id."""
    return int.from_bytes(blake2b(name.encode(), digest_size=_BYTES).digest(), "little")


class Repeats:
    """Collects hashes, and tells which of them came more than once.

    Args:
        folder: For files of hashes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._recent = array("Q")
        self._files: list[Path] = []

    def add(self, name: str) -> None:
        """Note an id.

        Raises:
            OSError: The folder cannot be written.
        """
        self._recent.append(hash_of(name))
        if len(self._recent) == IN_MEMORY:
            path = self._folder / f"{len(self._files)}.hashes"
            self._sorted().tofile(path)
            self._files.append(path)
            del self._recent[:]

    def hashes(self) -> set[int]:
        """The hashes that came more than once."""
        return {int(value) for part in self._parts() for value in _repeated(part)}

    def _sorted(self) -> Hashes:
        return np.sort(np.frombuffer(self._recent, dtype=np.uint64))

    def _parts(self) -> Iterator[Hashes]:
        """All hashes, by ranges of their values, each about as many as are kept in memory."""
        runs: list[Hashes] = [np.memmap(path, dtype=np.uint64, mode="r") for path in self._files]
        runs.append(self._sorted())
        limits = np.array([2**64 * number // len(runs) for number in range(1, len(runs))], dtype=np.uint64)
        starts = [0] * len(runs)
        for limit in (*limits, None):
            ends = [len(run) if limit is None else int(np.searchsorted(run, limit)) for run in runs]
            yield np.concatenate([run[start:end] for run, start, end in zip(runs, starts, ends, strict=True)])
            starts = ends


def _repeated(hashes: Hashes) -> Hashes:
    ordered = np.sort(hashes)
    repeated: Hashes = ordered[1:][ordered[1:] == ordered[:-1]]
    return repeated

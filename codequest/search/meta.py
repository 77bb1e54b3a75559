"""index.json: what an index is, and which versions of its tables belong together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from codequest.errors import CodeIndexError, InvalidInputError, OlderIndexError
from codequest.files import replace_file
from codequest.json_files import checked, read_json
from codequest.search.store import GENERATION, STORE
from codequest.search.store.vector_file import MANY
from codequest.space import EmbeddingSpace
from codequest.version import __version__

FORMAT_VERSION = 8
"""Changes whenever chunks, embedded texts, words or tables do."""

META_FILE = "index.json"
_MOST_VERSIONS = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStats:
    """Contents of an index.

    Attributes:
        files: Number of files.
        chunks: Number of chunks.
        languages: Number of files by language, most first.
        kinds: Number of chunks by kind, most first.
        space: The teacher's space the vectors lie in.
        teacher: Name that the teacher is loaded by.
        light: Adapter that embeds new code until the teacher has; empty where there is none for this space.
        taught: Number of chunks that the teacher has embedded; the others have light vectors.
        updated: When the last run ended, ISO 8601 in UTC.
        codequest_version: Which codequest that was.
    """

    files: int
    chunks: int
    languages: Mapping[str, int]
    kinds: Mapping[str, int]
    space: EmbeddingSpace
    teacher: str
    light: str
    taught: int
    updated: str
    codequest_version: str

    @property
    def vectors(self) -> Literal["all", "nearest codes"]:
        """Which vectors a search reads: those of all chunks, or of a large index those of the nearest codes."""
        return "nearest codes" if max(self.taught, self.chunks - self.taught) >= MANY else "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexMeta:
    """Contents of index.json.

    Attributes:
        stats: What is in the index.
        versions: Number of the store's folder and generation; searches read these, whatever a run is writing meanwhile.
        token: Says whose index this is, see `codequest.search.own_indexes`.
    """

    stats: IndexStats
    versions: Mapping[str, int]
    token: str = ""

    def is_of(self, other: IndexMeta) -> bool:
        """Tell whether another one is of the same index, before or after it, and not of one in its place."""
        return (self.token, self.versions[STORE]) == (other.token, other.versions[STORE])

    def is_as(self, other: IndexMeta) -> bool:
        """Tell whether another one is of the same state of the same index."""
        return self.is_of(other) and self.versions[GENERATION] == other.versions[GENERATION]

    def write(self, folder: Path) -> None:
        """Put it next to its final name, then in its place: from now on the index is this."""
        values = {"format_version": FORMAT_VERSION, **asdict(self), "fingerprint": self.stats.space.fingerprint}
        values["stats"]["space"] = self.stats.space.to_dict()
        replace_file(folder / META_FILE, json.dumps(values, indent=2, sort_keys=True).encode())

    @classmethod
    def read(cls, folder: Path, *, root: Path) -> IndexMeta:
        """Read and check it.

        Args:
            folder: That of the index.
            root: The indexed folder; used in messages.

        Raises:
            OlderIndexError: Written by an earlier codequest.
            CodeIndexError: Damaged, or written by a later one.
        """
        values, remedy = _values(folder, root)
        version = values.get("format_version")
        if version == FORMAT_VERSION:
            return cls._checked(values, folder, remedy)
        older = isinstance(version, int) and 0 < version < FORMAT_VERSION
        if older:
            remedy = f"It is made anew by: codequest index {root} (vectors of unchanged code come from the cache)."
        raise (OlderIndexError if older else CodeIndexError)(
            f"The index in {folder} has format version {version!r:.40}; codequest {__version__} "
            f"reads {FORMAT_VERSION}. {remedy}"
        )

    @classmethod
    def read_older(cls, folder: Path, *, root: Path) -> IndexMeta:
        """The same of an index that an earlier codequest has made, whose store cannot be read any more.

        Raises:
            CodeIndexError: It says less than is needed to make it anew.
        """
        values, remedy = _values(folder, root)
        return cls._checked(values, folder, remedy)

    @classmethod
    def _checked(cls, values: dict[str, Any], folder: Path, remedy: str) -> IndexMeta:
        path = folder / META_FILE
        meta = checked(values, cls, str(path), CodeIndexError, remedy)
        try:
            EmbeddingSpace.from_dict(values["stats"]["space"])  # one more key makes it another space
        except InvalidInputError as error:
            raise CodeIndexError(f"{path} is malformed: {error} {remedy}") from error
        if not all(0 <= meta.versions.get(name, -1) < _MOST_VERSIONS for name in (STORE, GENERATION)):
            raise CodeIndexError(
                f"{path} is malformed: its versions must have a {STORE} and a {GENERATION}, got "
                f"{dict(meta.versions)!r:.80}. {remedy}"
            )
        return meta


def _values(folder: Path, root: Path) -> tuple[dict[str, Any], str]:
    """What the file holds, and what to do where that is not as expected."""
    remedy = f"Make it anew: codequest index {root} --rebuild (vectors of unchanged code come from the cache)."
    return read_json(folder / META_FILE, dict[str, Any], error=CodeIndexError, remedy=remedy), remedy

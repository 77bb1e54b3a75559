"""index.json: what an index is, and which versions of its tables belong together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from codequest.errors import CodeIndexError
from codequest.files import replace_file
from codequest.space import EmbeddingSpace

FORMAT_VERSION = 1
"""Changes whenever chunks, embedded texts, words or tables do."""

META_FILE = "index.json"

DEFAULT_TEACHER = "auto:sentence-transformers/all-mpnet-base-v2"
"""Teacher that embeds code unless another one is asked for."""


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
        updated: When the last run ended, ISO 8601 in UTC.
        codequest_version: Which codequest that was.
    """

    files: int
    chunks: int
    languages: Mapping[str, int]
    kinds: Mapping[str, int]
    space: EmbeddingSpace
    teacher: str
    updated: str
    codequest_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexMeta:
    """Contents of index.json.

    Attributes:
        stats: What is in the index.
        versions: Version by table; a reader opens these, whatever a run is writing meanwhile.
    """

    stats: IndexStats
    versions: Mapping[str, int]

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
            CodeIndexError: Damaged, or written by a codequest of another format version.
        """
        remedy = f"Make it anew: codequest index {root} --rebuild (vectors of unchanged code come from the cache)."
        try:
            values = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
            version = values["format_version"]
            if version == FORMAT_VERSION:
                stats = {**values["stats"], "space": EmbeddingSpace.from_dict(values["stats"]["space"])}
                return cls(stats=IndexStats(**stats), versions=values["versions"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise CodeIndexError(f"{folder / META_FILE} cannot be read ({reason}). {remedy}") from error
        raise CodeIndexError(
            f"The index in {folder} has format version {version!r}; codequest {metadata.version('codequest')} reads "
            f"{FORMAT_VERSION}. {remedy}"
        )

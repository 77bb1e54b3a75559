"""CachedTeacher: every vector is computed once and kept on disk."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from codequest.errors import CacheCorruptError, TeacherError
from codequest.files import cache_root
from codequest.progress import Progress, silent
from codequest.space import Side, Vectors
from codequest.teachers.base import Teacher, WrappingTeacher
from codequest.teachers.stored.teacher import VectorsTeacher

_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, checksum INTEGER, vector BLOB) WITHOUT ROWID"
_KEYS_PER_SELECT = 500
_WAIT_SECONDS = 60.0  # for another process to finish its write


class CachedTeacher(WrappingTeacher):
    """A teacher whose vectors are kept in a file and computed only once.

    Vectors are keyed by the fingerprint of the space, the side and the text, and written batch by batch: a run that
    is killed loses at most the batches under way. Several processes may use one file. Precision and runtime are no
    part of the key: a teacher in bf16, in torch or in OpenVINO, gives vectors of the same space, to a cosine of 0.9999,
    and what one of them computed serves the others.

    Args:
        teacher: Computes what is not cached.
        path: SQLite file; by default one per space below `codequest.files.cache_root`.

    Attributes:
        teacher: The teacher whose vectors are cached.
        path: The SQLite file.

    Raises:
        CacheCorruptError: The file is truncated, damaged, or no vector cache.
        TeacherError: The file cannot be opened or written.
    """

    def __init__(self, teacher: Teacher, path: str | Path | None = None) -> None:
        super().__init__(teacher)
        default = cache_root() / "vectors" / f"{teacher.space.fingerprint}.sqlite"
        self.path = Path(path).expanduser() if path is not None else default
        self._prefix = f"{teacher.space.fingerprint}|".encode()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TeacherError(f"The vector cache cannot be created at {self.path}: {error.strerror}.") from error
        if self.path.exists() and not self.path.is_file():
            raise TeacherError(f"The vector cache {self.path} cannot be used: it is no regular file. Name another one.")
        with self._connection() as connection:
            connection.execute(_SCHEMA)
            self._refuse_truncated(connection)
            self._refuse_programs(connection)

    def encode(self, texts: Sequence[str], side: Side, *, progress: Progress = silent) -> Vectors:
        keys = [self._key(text, side) for text in texts]
        rows: dict[bytes, list[int]] = {}
        for position, key in enumerate(keys):
            rows.setdefault(key, []).append(position)
        vectors = np.empty((len(texts), self.space.dim), dtype=np.float32)
        filled: set[bytes] = set()

        def fill(wanted: Iterable[bytes]) -> set[bytes]:
            found = set()
            for key, vector in self._read(wanted):
                vectors[rows[key]] = vector
                found.add(key)
            filled.update(found)
            return found

        missing = sorted(set(rows) - fill(rows), key=lambda key: rows[key][0])
        if not missing:
            return vectors
        unknown, known = [texts[rows[key][0]] for key in missing], len(rows) - len(missing)

        def keys_of(batch: list[int]) -> list[bytes]:
            return [missing[position] for position in batch]

        def stored(batch: list[int]) -> bool:
            return len(fill(keys_of(batch))) == len(batch)  # another process has done it meanwhile

        for batch, embedded in self.teacher.encode_batches(
            unknown, side, known=known, shard=_shard(), skip=stored, progress=progress
        ):
            self._write(keys_of(batch), embedded)
            # Another process may have been first, with vectors rounded differently: those in the file count.
            fill(keys_of(batch))
        if len(filled) < len(rows):
            raise self._corrupt(
                f"{len(rows) - len(filled)} of {len(rows)} vectors are not in it after they were written"
            )
        return vectors

    def known(self, texts: Sequence[str], side: Side) -> tuple[list[int], Vectors]:
        """Positions of the texts that have a vector in the cache, ascending, and these vectors, (positions, dim)."""
        keys = [self._key(text, side) for text in texts]
        stored = dict(self._read(dict.fromkeys(keys)))
        positions = [position for position, key in enumerate(keys) if key in stored]
        vectors = np.empty((len(positions), self.space.dim), dtype=np.float32)
        for row, position in enumerate(positions):
            vectors[row] = stored[keys[position]]
        return positions, vectors

    def missing(self, texts: Sequence[str], side: Side) -> list[str]:
        """The texts without a vector in the cache, each once: those that `encode` would have to embed."""
        wanted = {self._key(text, side): text for text in texts}
        stored = {key for key, _ in self._read(wanted)}
        return [text for key, text in wanted.items() if key not in stored]

    def _key(self, text: str, side: Side) -> bytes:
        return hashlib.sha256(self._prefix + side.encode() + b"|" + text.encode()).digest()

    def _read(self, keys: Iterable[bytes]) -> Iterator[tuple[bytes, Vectors]]:
        wanted = list(keys)
        with self._connection() as connection:
            for start in range(0, len(wanted), _KEYS_PER_SELECT):
                piece = wanted[start : start + _KEYS_PER_SELECT]
                marks = ",".join("?" * len(piece))
                query = f"SELECT key, checksum, vector FROM vectors WHERE key IN ({marks})"
                for key, checksum, blob in connection.execute(query, piece):
                    if not isinstance(blob, bytes) or len(blob) != 4 * self.space.dim or zlib.crc32(blob) != checksum:
                        raise self._corrupt("a stored vector does not have its checksum")
                    vector = np.frombuffer(blob, dtype="<f4")
                    if not np.isfinite(vector).all():
                        raise self._corrupt("a stored vector holds NaN or infinity")
                    yield key, vector

    def _write(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        blobs = [np.ascontiguousarray(vector, dtype="<f4").tobytes() for vector in vectors]
        rows = [(key, zlib.crc32(blob), blob) for key, blob in zip(keys, blobs, strict=True)]
        with self._connection() as connection:
            connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)", rows)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end, rolled back on an error."""
        try:
            with closing(sqlite3.connect(self.path, timeout=_WAIT_SECONDS)) as connection, connection:
                yield connection
        except sqlite3.OperationalError as error:
            raise TeacherError(
                f"The vector cache {self.path} cannot be used: {error}. Check permission and free space; vectors "
                "already in it are kept."
            ) from error
        except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
            raise self._corrupt(str(error)) from error

    def _refuse_truncated(self, connection: sqlite3.Connection) -> None:
        """Refuse a file that lost its end; SQLite notices missing pages only when it reads them."""
        connection.execute("BEGIN IMMEDIATE")  # no other process writes while the size is compared
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        expected = pages * connection.execute("PRAGMA page_size").fetchone()[0]
        found = self.path.stat().st_size
        if 0 < found < expected:
            raise self._corrupt(f"it has {found} bytes of {expected}")

    def _refuse_programs(self, connection: sqlite3.Connection) -> None:
        """Refuse a view in place of the table, and triggers: whatever they say would run at every read or write."""
        kinds = connection.execute("SELECT type FROM sqlite_master WHERE type != 'index'")
        if [kind for (kind,) in kinds] != ["table"]:
            raise self._corrupt("it holds something else than a table of vectors")

    def _corrupt(self, what: str) -> CacheCorruptError:
        return CacheCorruptError(
            f"The vector cache {self.path} is damaged: {what}. Delete the file to compute its vectors again, or put "
            "back a copy."
        )


def _shard() -> tuple[int, int]:
    """Rank of this process and number of processes of a distributed run: they share the work."""
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def cached(teacher: Teacher) -> Teacher:
    """The teacher in a `CachedTeacher` at its default place; stored vectors need none, variants must have none."""
    if teacher.variant or isinstance(teacher, (CachedTeacher, VectorsTeacher)):
        return teacher
    return CachedTeacher(teacher)

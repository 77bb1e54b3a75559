"""Vectors of changed code within milliseconds: those that the teacher gave to the same text before, and light ones."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from codequest.errors import CodequestError, TeacherError
from codequest.search.chunking.chunks import Chunk
from codequest.search.deferred import DeferredTeacher
from codequest.search.light_documents import LightDocuments, light_documents
from codequest.search.meta import IndexStats
from codequest.search.store import ChunkWriter
from codequest.space import Vectors
from codequest.teachers.base import Teacher
from codequest.teachers.cache import CachedTeacher


class QuickVectors:
    """Vectors of chunks without their teacher.

    Args:
        stats: Contents of the index, which says what embeds lightly.
    """

    def __init__(self, stats: IndexStats) -> None:
        self._space, self._adapter = stats.space, stats.light
        self._light: LightDocuments | None = None
        with suppress(CodequestError):  # the adapter is gone, or another one by now
            self._light = light_documents(stats.space, stats.light) if stats.light else None

    def fits(self, stats: IndexStats) -> bool:
        """Tell whether these are the vectors of an index."""
        return (stats.space, stats.light) == (self._space, self._adapter)

    def lacking(self, chunks: Sequence[Chunk]) -> set[str]:
        """Files with a chunk that nothing gives a vector to."""
        if self._light is not None:
            return set()
        known = set(self._known(chunks)[0])
        return {chunk.path for position, chunk in enumerate(chunks) if position not in known}

    def add(self, writer: ChunkWriter, chunks: Sequence[Chunk]) -> int:
        """Add chunks, none of which is `lacking`, with their vectors; how many have one of the teacher."""
        if not chunks:
            return 0
        positions, vectors = self._known(chunks)
        if self._light is None:
            writer.add(chunks, vectors, tier="teacher")
            return len(chunks)
        ids = writer.add(chunks, self._light.encode([chunk.embedded for chunk in chunks]), tier="light")
        if positions:
            writer.give([ids[position] for position in positions], vectors, tier="teacher")
        return len(positions)

    def _known(self, chunks: Sequence[Chunk]) -> tuple[list[int], Vectors]:
        """Positions of the chunks whose text the teacher has embedded before, and these vectors."""
        with suppress(CodequestError):  # a cache that is damaged or cannot be read serves nobody now
            return CachedTeacher(DeferredTeacher(self._space, _refuse)).known(
                [chunk.embedded for chunk in chunks], "document"
            )
        return [], np.empty((0, self._space.dim), np.float32)


def _refuse() -> Teacher:
    raise TeacherError("A search loads no teacher to embed code.")

"""A teacher that is loaded when something must be embedded, and not before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy.typing as npt

from codequest.progress import Progress, silent
from codequest.space import EmbeddingSpace, Side
from codequest.teachers import Teacher


class DeferredTeacher(Teacher):
    """Stands for a teacher whose space is known: a run whose vectors are all cached loads no model.

    Args:
        space: That of the index.
        load: Gives the teacher.
    """

    def __init__(self, space: EmbeddingSpace, load: Callable[[], Teacher]) -> None:
        self._space, self._load = space, load
        self._teacher: Teacher | None = None

    @property
    def space(self) -> EmbeddingSpace:
        return self._space

    def token_counts(self, texts: Sequence[str], side: Side) -> list[int]:
        return self._loaded().token_counts(texts, side)

    def prepare(self, tokens: int, *, progress: Progress = silent) -> None:
        teacher = self._loaded()
        teacher.prepare(tokens, progress=progress)
        self.concurrency, self.batch_tokens = teacher.concurrency, teacher.batch_tokens

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        return self._loaded().embed_batch(texts, side)

    def interrupt(self) -> None:
        if self._teacher is not None:
            self._teacher.interrupt()

    def _loaded(self) -> Teacher:
        if self._teacher is None:
            self._teacher = self._load()
        return self._teacher

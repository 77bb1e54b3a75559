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
        self._loaded().prepare(tokens, progress=progress)

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        return self._loaded().embed_batch(texts, side)

    def _loaded(self) -> Teacher:
        if self._teacher is None:
            self._teacher = self._load()
            self.batch_tokens = self._teacher.batch_tokens
        return self._teacher

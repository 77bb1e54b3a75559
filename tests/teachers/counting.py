"""A teacher without a model, and without the import of torch: for what is about files, runs and processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.space import EmbeddingSpace, Side
from codequest.teachers import Teacher


class CountingTeacher(Teacher):
    """Embeds deterministically without a model, and remembers what it was asked."""

    def __init__(self, *, dim: int = 8, teacher: str = "counting", batch_tokens: int = 1536) -> None:
        self._space = EmbeddingSpace(teacher=teacher, dim=dim)
        self.batch_tokens = batch_tokens
        self.embedded: list[tuple[Side, str]] = []

    @property
    def space(self) -> EmbeddingSpace:
        return self._space

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        self.embedded += [(side, text) for text in texts]
        return np.stack([vector_of(side + text, self._space.dim) for text in texts])


def vector_of(text: str, dim: int = 8) -> npt.NDArray[np.float32]:
    """A unit vector that the text alone decides."""
    seed = int.from_bytes(text.encode(), "big")
    vector = np.random.default_rng(seed).standard_normal(dim)
    return (vector / np.linalg.norm(vector)).astype(np.float32)

"""Corpora to embed, and teachers that fail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.encoders import QueryEncoder
from codequest.errors import TeacherError
from codequest.space import Side
from codequest.texts import counted
from tests.encoders.conftest import build_static
from tests.teachers.counting import CountingTeacher

TEXTS = [
    f"{verb} {'the ' * (number % 7)}{noun} {number}"
    for number, (verb, noun) in enumerate(
        (verb, noun)
        for verb in ("sort", "read", "open", "search", "copy")
        for noun in ("list", "file", "query", "dict")
    )
]
"""20 texts of several lengths."""


def jsonl(path: Path, texts: Sequence[str] = TEXTS, **more: str) -> Path:
    """A file of records with ids d0, d1, …."""
    records = [{"_id": f"d{number}", "text": text, **more} for number, text in enumerate(texts)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


class FailingTeacher(CountingTeacher):
    """Fails on every batch with a text that holds a word, and from a number of texts on on all of them."""

    def __init__(self, word: str = "", *, until: int = 1 << 60) -> None:
        super().__init__(batch_tokens=20)
        self.word, self.until = word, until

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        if len(self.embedded) >= self.until or (self.word and any(self.word in text for text in texts)):
            raise TeacherError(f"no vector for {counted(len(texts), 'text')}")
        return super().embed_batch(texts, side)


def light_documents(base: Path, teacher: Path) -> QueryEncoder:
    """An encoder of documents and queries in the space of a teacher."""
    encoder = build_static(base, teacher)
    encoder.documents = True
    return encoder


class NotANumber(CountingTeacher):
    """Gives NaN for a text that holds a word."""

    def embed_batch(self, texts: Sequence[str], side: Side) -> npt.NDArray[Any]:
        vectors = super().embed_batch(texts, side)
        vectors[["sort" in text for text in texts]] = np.nan
        return vectors

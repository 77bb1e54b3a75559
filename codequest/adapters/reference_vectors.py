"""Probes: a few vectors of its teacher that an adapter carries, by which the teacher is recognized."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from codequest.errors import AdapterFormatError, SpaceMismatchError
from codequest.space import EmbeddingSpace, Vectors

PROBES_FILE = "probes.safetensors"

TEXTS = (
    "sort a dictionary by value",
    "how do I retry an HTTP request with exponential back-off",
    "parse_json",
    "Reads a table from a file and gives its rows.",
    "def read_lines(path):\n    with open(path) as file:\n        return file.read().splitlines()\n",
    "export const sum = (values) => values.reduce((total, value) => total + value, 0);",
    "SELECT name, COUNT(*) FROM users GROUP BY name HAVING COUNT(*) > 1;",
    "func Max(a, b int) int {\n\tif a > b {\n\t\treturn a\n\t}\n\treturn b\n}\n",
)
"""What is embedded: queries and documents of several forms."""

SAME = 0.99
"""Cosine that every text must reach: half precision and other runtimes stay above it."""


class Embeds(Protocol):
    """What a teacher does."""

    @property
    def space(self) -> EmbeddingSpace: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...

    def encode_documents(self, texts: Sequence[str]) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class Probes:
    """Texts and what their teacher gave for them.

    Attributes:
        texts: n texts.
        queries: fp16 (n, dim), their vectors as queries.
        documents: fp16 (n, dim), their vectors as documents.
    """

    texts: tuple[str, ...]
    queries: npt.NDArray[np.float16]
    documents: npt.NDArray[np.float16]

    @classmethod
    def of(cls, teacher: Embeds) -> Probes:
        """The probes of a teacher.

        Raises:
            TeacherError: The teacher failed.
        """
        queries, documents = teacher.encode_queries(TEXTS), teacher.encode_documents(TEXTS)
        return cls(TEXTS, queries.astype(np.float16), documents.astype(np.float16))

    def check(self, teacher: Embeds) -> None:
        """Refuse a teacher that gives other vectors.

        Raises:
            SpaceMismatchError: Another dim, or a cosine below `SAME`; says of which side, and how far.
            TeacherError: The teacher failed.
        """
        for side, kept, encode in (
            ("queries", self.queries, teacher.encode_queries),
            ("documents", self.documents, teacher.encode_documents),
        ):
            found, name = encode(self.texts), teacher.space.teacher
            if found.shape != kept.shape:
                raise SpaceMismatchError(
                    f"{name} gives {side} {found.shape[1]} dimensions, the adapter's teacher {kept.shape[1]}. "
                    "Load the teacher that the adapter was trained for."
                )
            worst = float(_cosines(kept.astype(np.float32), found).min())
            if not worst >= SAME:
                raise SpaceMismatchError(
                    f"{name} is not the teacher that the adapter was trained for, or is set otherwise: it "
                    f"gives other vectors of {side} (least cosine {worst:.3f} of {len(kept)} probes, the same teacher "
                    "gives 1). Compare model, revision, prompts and pooling; `codequest probe` tells which is off."
                )

    def to_bytes(self) -> bytes:
        """The contents of `PROBES_FILE`."""
        from safetensors.numpy import save

        tensors = {"queries": np.ascontiguousarray(self.queries), "documents": np.ascontiguousarray(self.documents)}
        return save(tensors, metadata={"texts": json.dumps(self.texts)})

    @classmethod
    def read(cls, folder: Path) -> Probes | None:
        """The probes in an adapter folder; None where there are none.

        Raises:
            AdapterFormatError: Truncated or damaged.
        """
        from safetensors import SafetensorError, safe_open

        path = folder / PROBES_FILE
        if not path.is_file():
            return None
        try:
            with safe_open(path, framework="numpy") as file:
                texts = tuple(json.loads(file.metadata()["texts"]))
                return cls(texts, file.get_tensor("queries"), file.get_tensor("documents"))
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise AdapterFormatError(
                f"{path} is truncated or damaged: {error}. Remove it, or download the adapter again."
            ) from error


def _cosines(one: Vectors, other: Vectors) -> Vectors:
    """Of row i with row i; zero where a row is."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    cosines: Vectors = np.einsum("nd,nd->n", one, other) / np.maximum(lengths, np.float32(1e-12))
    return cosines

"""ReferenceVectors: a few vectors of its teacher in an adapter, by which the teacher is recognized."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from codequest.errors import AdapterFormatError, SpaceMismatchError
from codequest.json_files import checked, parse_json, refuse_irregular
from codequest.space import TeacherLike, match_rows
from codequest.texts import counted

REFERENCE_FILE = "probes.safetensors"  # the name on disk is that of the first adapters

_REMEDY = "Remove it, or download the adapter again."

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
"""The texts that are embedded: queries and documents of several forms."""


@dataclass(frozen=True, slots=True)
class ReferenceVectors:
    """Texts and their teacher's vectors of them.

    Attributes:
        texts: n texts.
        queries: fp16 (n, dim), their vectors as queries.
        documents: fp16 (n, dim), their vectors as documents.
    """

    texts: tuple[str, ...]
    queries: npt.NDArray[np.float16]
    documents: npt.NDArray[np.float16]

    @classmethod
    def of(cls, teacher: TeacherLike) -> ReferenceVectors:
        """The reference vectors of a teacher.

        Raises:
            TeacherError: The teacher failed.
        """
        queries, documents = teacher.encode_queries(TEXTS), teacher.encode_documents(TEXTS)
        return cls(TEXTS, queries.astype(np.float16), documents.astype(np.float16))

    def check(self, teacher: TeacherLike) -> None:
        """Refuse a teacher that gives other vectors.

        Raises:
            SpaceMismatchError: Another dim, or other vectors; says of which side, and how far.
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
            match = match_rows(kept.astype(np.float32), found)
            if not match.same:
                raise SpaceMismatchError(
                    f"{name} is not the teacher that the adapter was trained for, or is set otherwise: it gives "
                    f"other vectors of {side} (least cosine {match.worst:.3f} of {counted(len(kept), 'text')}, "
                    "the same teacher gives 1). Compare model, revision, prompts and pooling; `codequest probe` "
                    "tells which is off."
                )

    def to_bytes(self) -> bytes:
        """The contents of `REFERENCE_FILE`."""
        from safetensors.numpy import save

        tensors = {"queries": np.ascontiguousarray(self.queries), "documents": np.ascontiguousarray(self.documents)}
        return save(tensors, metadata={"texts": json.dumps(self.texts)})

    @classmethod
    def read(cls, folder: Path) -> ReferenceVectors | None:
        """The reference vectors in an adapter folder; None where there are none.

        Raises:
            AdapterFormatError: Truncated or damaged.
        """
        from safetensors import SafetensorError, safe_open

        path = folder / REFERENCE_FILE
        if not os.path.lexists(path):
            return None
        try:
            refuse_irregular(path)
            with safe_open(path, framework="numpy") as file:
                texts = (file.metadata() or {})["texts"]
                queries, documents = (file.get_tensor(side) for side in ("queries", "documents"))
            read = parse_json(texts, where=f"texts of {path}", error=AdapterFormatError, remedy=_REMEDY)
            listed = checked(read, list[str], f"texts of {path}", AdapterFormatError, _REMEDY)
            if queries.shape != documents.shape or queries.ndim != 2 or len(queries) != len(listed) or not listed:
                raise ValueError(f"{len(listed)} texts have vectors of shape {queries.shape} and {documents.shape}")
            if queries.dtype.kind != "f" or documents.dtype.kind != "f":
                raise ValueError(f"vectors are {queries.dtype} and {documents.dtype}, expected float16")
            return cls(tuple(listed), queries, documents)
        except AdapterFormatError:
            raise
        except (SafetensorError, OSError, AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise AdapterFormatError(f"{path} is truncated or damaged: {error}. {_REMEDY}") from error

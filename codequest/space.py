"""EmbeddingSpace: decides whether vectors may be compared with each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, NamedTuple, Protocol, get_args

import numpy as np
import numpy.typing as npt

from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.progress import Progress
from codequest.texts import shown

Vectors = npt.NDArray[np.float32]
"""Rows of float32 vectors, (n, dim), or a single one, (dim,)."""

Pooling = Literal["mean", "cls", "last", "unknown"]
"""Way from token states to one vector; ``unknown`` for API and vectors-only teachers."""

Side = Literal["query", "document"]
"""The two roles a text can have; teachers may treat them differently."""


_MOST_DIM = 2**18  # a hundred times the longest vectors there are
_MOST_TOKENS = 2**31 - 1

UNIT_TOLERANCE = 1e-3
"""Largest distance of a unit vector's length from 1: half precision rounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingSpace:
    """The vector space of one teacher, as far as comparability is concerned.

    Two vectors may be compared only if their spaces have the same fingerprint.

    Attributes:
        teacher: Public model id, such as ``"sentence-transformers/all-mpnet-base-v2"``.
        revision: Commit of the model, or ``sha256:…`` of its weights for a private folder.
        dim: Length of every vector.
        normalized: Whether the vectors have unit length.
        pooling: Way in which the teacher pools token states.
        query_prompt: Text the teacher puts before every query.
        document_prompt: Text the teacher puts before every document.
        max_tokens: Texts are truncated to this many tokens, special tokens included.
    """

    teacher: str
    dim: int
    revision: str | None = None
    normalized: bool = True
    pooling: Pooling = "unknown"
    query_prompt: str = ""
    document_prompt: str = ""
    max_tokens: int | None = None

    def __post_init__(self) -> None:
        if not self.teacher or not isinstance(self.teacher, str):
            raise InvalidInputError(f"An embedding space needs the id of its teacher, got {self.teacher!r}.")
        for name, value, most in (("dim", self.dim, _MOST_DIM), ("max_tokens", self.max_tokens, _MOST_TOKENS)):
            optional = name == "max_tokens"
            if not (optional and value is None) and (type(value) is not int or not 1 <= value <= most):
                raise InvalidInputError(
                    f"The {name} of an embedding space is a positive integer up to {most}, got {value!r:.40}."
                )
        if self.pooling not in get_args(Pooling):
            raise InvalidInputError(
                f"Unknown pooling {self.pooling!r}; expected one of {', '.join(get_args(Pooling))}."
            )

    def truncates(self, other: EmbeddingSpace) -> bool:
        """Tell whether its vectors are the first values of those of another space, to unit length."""
        return self.normalized and self.dim < other.dim and replace(self, dim=other.dim) == other

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change whenever any attribute does."""
        canonical = json.dumps(asdict(self), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @property
    def public_revision(self) -> str | None:
        """The commit to ask the hub for; None for a private folder, which has none."""
        return None if str(self.revision).startswith("sha256:") else self.revision

    def prompt(self, side: Side) -> str:
        """The text the teacher puts before every text of this side."""
        return self.query_prompt if side == "query" else self.document_prompt

    def check(self, other: EmbeddingSpace, *, context: str = "These vectors cannot be compared") -> None:
        """Refuse another space.

        Args:
            other: The space that must equal this one.
            context: Description of the attempt; begins the message.

        Raises:
            SpaceMismatchError: The spaces differ; the message names both and every differing attribute.
        """
        if self == other:
            return
        differences = ", ".join(
            f"{field.name} {getattr(self, field.name)!r} against {getattr(other, field.name)!r}"
            for field in fields(self)
            if getattr(self, field.name) != getattr(other, field.name)
        )
        raise SpaceMismatchError(
            f"{context}: {self} is not {other}. They differ in {differences}. "
            "Use an adapter trained for that teacher, or embed the documents with the adapter's own teacher."
        )

    def check_vectors(self, vectors: npt.ArrayLike) -> None:
        """Refuse vectors that cannot lie in this space; those of an index, before it is searched.

        Args:
            vectors: (n, dim); a list of lists is one as well.

        Raises:
            SpaceMismatchError: Another shape, NaN or infinity, or no unit length where the space is normalized.
            InvalidInputError: Something else than numbers in rows of one length.
        """
        rows = as_array(vectors)
        if rows.ndim != 2 or rows.shape[1] != self.dim:
            raise SpaceMismatchError(
                f"Vectors of shape {rows.shape} do not lie in {self}: expected (n, {self.dim}). "
                + (
                    "A single one is vector[None]."
                    if rows.shape == (self.dim,)
                    else "Embed the documents with its teacher, or take an encoder of the model that made these."
                )
            )
        lengths = np.linalg.norm(np.asarray(rows, dtype=np.float32), axis=1)
        bad = np.flatnonzero(~np.isfinite(lengths))
        if bad.size:
            raise SpaceMismatchError(
                f"{bad.size} of {len(rows)} vectors hold NaN or infinity, first in row {bad[0]}. "
                "Embed those texts again."
            )
        off = np.flatnonzero(np.abs(lengths - 1) > UNIT_TOLERANCE)
        if self.normalized and off.size:
            raise SpaceMismatchError(
                f"{off.size} of {len(rows)} vectors are not of unit length (row {off[0]}: {lengths[off[0]]:.4f}), "
                f"but those of {self} are. Normalise them, or use the space of the model that made them."
            )

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> EmbeddingSpace:
        """The space from a dictionary that `to_dict` wrote.

        Raises:
            InvalidInputError: A key is unknown or missing, or a value is wrong.
        """
        from codequest.json_files import checked

        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        missing = sorted({"teacher", "dim"} - set(values))
        if unknown or missing:
            raise InvalidInputError(
                f"Not an embedding space: unknown keys {unknown}, missing keys {missing}. Expected {sorted(known)}."
            )
        return checked(dict(values), cls, "The embedding space", InvalidInputError, "Is it that of its teacher?")

    def __str__(self) -> str:
        return f"the {self.dim}-d space of {self.teacher} (fingerprint {self.fingerprint})"


class TeacherLike(Protocol):
    """A teacher, as far as its vectors matter: anything with these three members."""

    @property
    def space(self) -> EmbeddingSpace: ...

    def encode_queries(self, texts: Sequence[str], *, progress: Progress = ...) -> Vectors: ...

    def encode_documents(self, texts: Sequence[str], *, progress: Progress = ...) -> Vectors: ...


SAME = 0.99
"""Cosine from which two vectors of a text are of one model: half precision and 8-bit storage stay above it."""

RELATED = 0.5
"""Mean cosine that another prompt, length or rounding of one model stays above, and unrelated models do not reach."""


def checked_space(space: Any) -> EmbeddingSpace:
    """The space, unless it is something else, such as the teacher or its name.

    Raises:
        InvalidInputError: It is.
    """
    if not isinstance(space, EmbeddingSpace):
        raise InvalidInputError(
            f"space must be an EmbeddingSpace, got {type(space).__name__}: {shown(space)}. A teacher has one: "
            "load_teacher(name).space."
        )
    return space


def checked_teacher(teacher: Any) -> TeacherLike:
    """What embeds queries and documents into a space, unless it is something else, such as its name.

    Raises:
        InvalidInputError: It is.
    """
    if not isinstance(getattr(teacher, "space", None), EmbeddingSpace) or not hasattr(teacher, "encode_documents"):
        raise InvalidInputError(
            f"Expected a teacher, got {type(teacher).__name__}: {shown(teacher)}. Load it: load_teacher(name)."
        )
    found: TeacherLike = teacher
    return found


class RowMatch(NamedTuple):
    """Likeness of the vectors of the same texts, from two sources.

    Attributes:
        mean: Mean cosine of row i with row i, -1 to 1; NaN where they have no common dim.
        worst: The least of these cosines.
    """

    mean: float
    worst: float

    @property
    def same(self) -> bool:
        """True when one model, set in one way, made both of every text."""
        return self.worst >= SAME  # NaN compares as False

    @property
    def related(self) -> bool:
        """True when one model may have made both, with other settings or of texts that have changed since."""
        return self.mean >= RELATED


def match_rows(stored: Vectors, again: Vectors) -> RowMatch:
    """Compare stored vectors with those that a teacher gives for the same texts now, to tell whether it made them.

    Args:
        stored: (n, dim).
        again: (n, dim), the teacher's vectors of the same n texts.
    """
    cosines = np.einsum("nd,nd->n", normalized(stored), normalized(again))
    return RowMatch(float(cosines.mean()), float(cosines.min()))


def as_array(vectors: npt.ArrayLike) -> npt.NDArray[Any]:
    """Vectors of a caller as an array of numbers: lists, tuples and tensors of the CPU are read like arrays.

    Raises:
        InvalidInputError: Rows of several lengths, or something else than numbers.
    """
    try:
        found = np.asarray(vectors)
    except (TypeError, ValueError, RuntimeError) as error:  # ragged rows; a tensor of a GPU
        raise InvalidInputError(
            f"Expected vectors as an array of numbers, (n, dim), got {type(vectors).__name__} that makes none: {error}"
        ) from error
    if found.dtype.kind not in "fiu":
        raise InvalidInputError(
            f"Expected vectors as an array of numbers, (n, dim), got {type(vectors).__name__} of {found.dtype}. "
            "Texts become vectors by encode() of an encoder or encode_documents() of a teacher."
        )
    return found


def normalized(vectors: Vectors) -> Vectors:
    """The vectors with unit rows; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit

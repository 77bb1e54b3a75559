"""Checks that an encoder's teacher, or an index, is the one that the encoder was trained for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from codequest.encoders.given import GivenEncoder, encoder_given
from codequest.errors import InvalidInputError, SpaceMismatchError
from codequest.space import as_array, checked_teacher
from codequest.texts import checked_texts

if TYPE_CHECKING:
    from codequest.space import TeacherLike

_SAMPLES = 64
_LEAST = 8  # texts, for chance to be told from a match
_CHARACTERS = 2000  # of a text: no query encoder reads more
_DEVIATIONS = 4.0  # of the mean that chance alone gives: once in 30,000 indexes


def check_teacher(encoder: GivenEncoder, teacher: TeacherLike) -> None:
    """Refuse a teacher that gives other vectors than the one the encoder was trained for, regardless of its name.

    Args:
        encoder: An encoder that carries reference vectors of its teacher, or its name or folder.
        teacher: From `load_teacher`, or anything with its ``space``, ``encode_queries`` and ``encode_documents``.

    Raises:
        SpaceMismatchError: It gives other vectors; says of which side, and how far.
        InvalidInputError: The encoder carries no reference vectors.
        TeacherError: The teacher failed.
    """
    loaded = encoder_given(encoder)
    if loaded.reference_vectors is None:
        raise InvalidInputError(
            "This encoder carries no vectors of its teacher to compare with. Add them with "
            "codequest.training.add_reference_vectors(folder)."
        )
    loaded.reference_vectors.check(checked_teacher(teacher))


def check_index(encoder: GivenEncoder, vectors: npt.ArrayLike, texts: Sequence[str]) -> None:
    """Refuse an index of another space, without its teacher: before the first wrong search result.

    Some of the texts are embedded as queries. In the right space each lies nearer to its own vector than to those
    of the others; in a space of another model to none. An index made with another prompt or pooling of the right
    teacher is still near: `codequest.teachers.probe_index` tells those apart.

    Args:
        encoder: An encoder of the space that the index should be in, or its name or folder.
        vectors: (n, dim), the index.
        texts: Text i is what vector i was made of; at least 8 of them not empty.

    Raises:
        SpaceMismatchError: Another dim or length, NaN or infinity, or vectors of other texts or another model.
        InvalidInputError: Vectors and texts do not fit together, or there are too few.
    """
    loaded, index = encoder_given(encoder), np.atleast_1d(as_array(vectors))
    kept = checked_texts(texts, name="texts", allow_empty=True)
    rows = [row for row, text in enumerate(kept) if text.strip()]
    if len(index) != len(kept) or len(rows) < _LEAST:
        raise InvalidInputError(
            f"A check needs at least {_LEAST} texts that are not empty, and as many vectors as texts; got "
            f"{len(rows)} of {len(kept)} texts, and {len(index)} vectors. Row i must be the vector of text i."
        )
    count = min(_SAMPLES, len(rows))
    rows = [rows[position * len(rows) // count] for position in range(count)]
    stored = np.asarray(index[rows], dtype=np.float32)
    loaded.space.check_vectors(stored)
    scores = loaded.encode([kept[row][:_CHARACTERS] for row in rows]) @ stored.T  # (rows, rows)
    own, others = scores.diagonal(), scores[~np.eye(count, dtype=bool)]
    if own.mean() - others.mean() < _DEVIATIONS * others.std() / np.sqrt(count):
        raise SpaceMismatchError(
            f"These vectors are not those of these texts in {loaded.space}: of {count} texts the encoder's vectors "
            f"lie as near to the stored vectors of other texts (mean cosine {others.mean():.3f}) as to their own "
            f"({own.mean():.3f}). Use the adapter of the model that made the index, or embed the documents again."
        )

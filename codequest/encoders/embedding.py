"""Batches of texts as vectors, each of which is checked before anyone compares it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from codequest.encoders.forked import use_threads
from codequest.errors import AdapterFormatError, InvalidInputError, panics_raise
from codequest.space import Vectors
from codequest.texts import batches_by_length, counted

if TYPE_CHECKING:
    from codequest.encoders.base import QueryEncoder

_GAVE_UP = "This encoder cannot embed these texts ({}); a file of it is damaged. Train or download it again."


def embed_texts(
    encoder: QueryEncoder, texts: Sequence[str], batch_size: int, report: Callable[[int, int], None]
) -> Vectors:
    """Unit vectors of checked texts, (n, dim), in their order.

    Args:
        encoder: What embeds them.
        texts: Already checked.
        batch_size: Most texts of a batch.
        report: Called with how many are done and how many there are.

    Raises:
        InvalidInputError: The encoder gave vectors of another shape, or such that are not finite.
        AdapterFormatError: It is damaged.
        ForkError: Its threads were lost in a fork.
    """
    vectors = np.empty((len(texts), encoder.space.dim), dtype=np.float32)
    done = 0
    for batch in batches_by_length(texts, max_texts=batch_size, max_characters=encoder.batch_characters):
        vectors[batch] = embed_batch(encoder, [texts[position] for position in batch])
        done += len(batch)
        report(done, len(texts))
    return vectors


def embed_batch(encoder: QueryEncoder, texts: Sequence[str]) -> Vectors:
    """The same of one batch; vectors of another shape would be spread over the rows without a word."""
    if encoder.uses_threads:
        use_threads(encoder.kind)
    with panics_raise(AdapterFormatError, _GAVE_UP):
        vectors = encoder.embed_batch(texts)
    if vectors.shape != (len(texts), encoder.space.dim):
        raise InvalidInputError(
            f"This {encoder.kind} encoder gave vectors of shape {vectors.shape} for {counted(len(texts), 'query')}, "
            f"expected {(len(texts), encoder.space.dim)}. Train, export or download it again."
        )
    if not math.isfinite(np.vdot(vectors, vectors)):  # faster than a look at every component
        raise InvalidInputError(
            f"This {encoder.kind} encoder produced vectors that are not finite; its weights are damaged. "
            "Train or download it again."
        )
    return vectors

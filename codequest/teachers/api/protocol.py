"""Requests as a provider wants them, and vectors out of its responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from codequest.errors import TeacherError
from codequest.space import Side
from codequest.teachers.api.providers import Provider
from codequest.texts import counted

_NOT_EMPTY = " "  # stands for an empty text, which the APIs refuse


def request_body(
    provider: Provider, model: str, texts: Sequence[str], side: Side, *, task: str, dimensions: int | None
) -> dict[str, Any]:
    """The JSON of one request."""
    body: dict[str, Any] = {"model": model, provider.texts_field: [text or _NOT_EMPTY for text in texts]}
    if provider.side_field and (task or not provider.task):
        body[provider.side_field] = f"{task}.{provider.sides[side]}" if task else provider.sides[side]
    if dimensions is not None:
        body[provider.dimensions_field] = dimensions
    return {**body, **provider.fixed}


def billed_tokens(provider: Provider, body: Mapping[str, Any]) -> int | None:
    """The tokens that a response says were billed; None if it does not say."""
    tokens = _at(body, provider.usage)
    return int(tokens) if isinstance(tokens, (int, float)) and not isinstance(tokens, bool) and tokens > 0 else None


def response_vectors(provider: Provider, body: Mapping[str, Any], count: int, name: str) -> npt.NDArray[np.float32]:
    """The vectors of a response, (count, dim), in the order of the texts.

    Raises:
        TeacherError: It has no vectors, another number of them, or vectors of several lengths.
    """
    where = ".".join(provider.rows)
    rows = _at(body, provider.rows)
    if not isinstance(rows, list):
        raise TeacherError(
            f"{name} answered without {where!r}; it gave {sorted(body)[:8]}. Expected an embedding response of "
            f"{provider.title}: check base_url and the scheme."
        )
    if len(rows) != count:
        raise TeacherError(
            f"{name} returned {counted(len(rows), 'vector')} for {counted(count, 'text')}; nothing tells which are "
            "missing. Run again; if it persists, send fewer texts at once with max_texts."
        )
    try:
        vectors = np.asarray([_vector(row) for row in _in_order(rows)], dtype=np.float32)
    except (TypeError, ValueError, KeyError) as error:
        raise TeacherError(
            f"{name} returned {where!r} that are no vectors of one length ({type(error).__name__}: {error}). "
            "Expected lists of numbers: is this the embedding endpoint of an embedding model?"
        ) from error
    if vectors.ndim != 2:
        raise TeacherError(f"{name} returned vectors of shape {vectors.shape}, expected one vector for each text.")
    return vectors


def _in_order(rows: list[Any]) -> list[Any]:
    """Rows by their `index`, where they have one: providers may answer in any order."""
    if not all(isinstance(row, Mapping) and "index" in row for row in rows):
        return rows
    by_index = {row["index"]: row for row in rows}
    return [by_index[position] for position in range(len(rows))]


def _vector(row: Any) -> Any:
    return row["embedding"] if isinstance(row, Mapping) else row


def _at(body: Any, path: Sequence[str]) -> Any:
    for name in path:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body

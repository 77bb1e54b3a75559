"""Truncation: the encoder of an index whose vectors were cut to their first values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from codequest.adapters.card import render_card
from codequest.adapters.folder import AdapterConfig, write_adapter
from codequest.adapters.reference_vectors import ReferenceVectors
from codequest.arguments import whole_number
from codequest.errors import InvalidInputError, has_torch
from codequest.files import scratch_folder
from codequest.space import normalized

if TYPE_CHECKING:
    from codequest.encoders.base import QueryEncoder

_Encoder = TypeVar("_Encoder", bound="QueryEncoder")

_MAP = "map."
_WEIGHT = f"{_MAP}linear.weight"


def has_linear_map(config: AdapterConfig) -> bool:
    """Tell whether an adapter ends in a linear map, whose first rows give the first values."""
    return config.encoder.get("map") == "linear"


def truncated_to(encoder: _Encoder, dim: int) -> _Encoder:
    """See `QueryEncoder.truncated_to`."""
    config, space = encoder.config(), encoder.space
    if not 1 <= whole_number(dim, "dim") < space.dim:
        raise InvalidInputError(f"dim must be from 1 to {space.dim - 1}, less than that of {space}; got {dim}.")
    saved = encoder.saved_tensors()
    if not has_linear_map(config) or _WEIGHT not in saved:
        raise InvalidInputError(
            f"A {encoder.kind} encoder without a linear map cannot be truncated. Truncate the one that it was made "
            "from, and export that; or train one with codequest adapt --dim."
        )
    cut = replace(
        config,
        space=replace(space, dim=dim),
        metrics={},  # measured with the whole vectors
        reference_vectors=_first_values(config.reference_vectors, dim),
        own_vectors=None,
    )
    tensors: dict[str, Any] = {
        name: tensor[:dim] if name.startswith(_MAP) else tensor for name, tensor in saved.items()
    }
    with scratch_folder() as scratch:
        folder = write_adapter(scratch / "adapter", cut, tensors, render_card(cut), files=encoder.saved_files())
        device = str(getattr(encoder, "device", "cpu")) if has_torch() else None
        return type(encoder).from_pretrained(folder, device=device)


def _first_values(vectors: ReferenceVectors | None, dim: int) -> ReferenceVectors | None:
    if vectors is None:
        return None
    queries, documents = (
        normalized(side[:, :dim].astype(np.float32)).astype(np.float16) for side in (vectors.queries, vectors.documents)
    )
    return ReferenceVectors(vectors.texts, queries, documents)

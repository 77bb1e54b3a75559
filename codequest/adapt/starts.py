"""Adapters of the teacher's own space, which training goes on from as they are."""

from __future__ import annotations

from codequest.adapters import find_adapter
from codequest.adapters.folder import AdapterConfig, read_config
from codequest.encoders.base import QueryEncoder
from codequest.encoders.trainable import TrainableQueryEncoder
from codequest.encoders.truncation import has_linear_map
from codequest.space import EmbeddingSpace


def leads_to(config: AdapterConfig, space: EmbeddingSpace) -> bool:
    """Tell whether an adapter is of a space, or of the one whose vectors this one truncates."""
    return config.space == space or (space.truncates(config.space) and has_linear_map(config))


def goes_on(start: str | None, space: EmbeddingSpace) -> bool:
    """Tell whether training goes on from an adapter that is of the space already."""
    return start is not None and leads_to(read_config(find_adapter(start)), space)


def start_of(start: str | None, space: EmbeddingSpace) -> TrainableQueryEncoder | None:
    """The adapter to start from, loaded anew and truncated where it has to be; None where it is of another space."""
    if start is None or not goes_on(start, space):
        return None
    adapter = QueryEncoder.from_pretrained(start)
    if not isinstance(adapter, TrainableQueryEncoder):
        return None
    return adapter if adapter.space == space else adapter.truncated_to(space.dim)

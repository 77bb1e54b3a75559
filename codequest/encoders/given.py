"""Encoders as callers give them: loaded, or by the names that `QueryEncoder.from_pretrained` reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from codequest.encoders.base import QueryEncoder
from codequest.errors import InvalidInputError
from codequest.texts import shown

GivenEncoder = QueryEncoder | str | Path
"""An encoder, or what it is loaded from: its name, folder or repository."""


def encoder_given(given: GivenEncoder) -> QueryEncoder:
    """The encoder, loaded if only its name was given.

    Raises:
        InvalidInputError: Neither an encoder nor a name.
        AdapterFormatError: There is no adapter of that name; see `QueryEncoder.from_pretrained`.
    """
    if isinstance(given, QueryEncoder):
        return given
    if isinstance(given, (str, Path)):
        return QueryEncoder.from_pretrained(given)
    raise InvalidInputError(
        f"Expected an encoder, or the name or folder of one such as 'minilm-lora', got {type(given).__name__}: "
        f"{shown(given)}."
    )


def encoders_given(given: Mapping[str, GivenEncoder]) -> dict[str, QueryEncoder]:
    """The encoders by their names in a report, each loaded if only its own name was given.

    Raises:
        InvalidInputError: None at all, no mapping, or something in it that is neither an encoder nor a name.
        AdapterFormatError: There is no adapter of such a name.
    """
    if not isinstance(given, Mapping):
        raise InvalidInputError(
            "Encoders are given by the name that they have in the report, such as {'lora': 'minilm-lora'}, got "
            f"{type(given).__name__}: {shown(given)}."
        )
    if not given:
        raise InvalidInputError("Expected at least one encoder, by its name in the report; got none.")
    return {str(name): encoder_given(encoder) for name, encoder in given.items()}

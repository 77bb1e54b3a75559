"""EmbeddingRequest: what a client asks, checked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from codequest.errors import InvalidInputError
from codequest.integrations.server.bodies import read_object
from codequest.integrations.server.replies import ApiError
from codequest.texts import checked_texts, shown

_TOKEN_IDS = (
    "input holds token ids, which are those of another model's tokenizer. Send the texts as strings. With LangChain: "
    "OpenAIEmbeddings(check_embedding_ctx_length=False)."
)
_EXPECTED = "input must be a string or a list of strings, not empty"


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """The body of a request to ``/v1/embeddings``.

    Attributes:
        texts: The queries, at least one.
        as_base64: Whether the vectors are wanted in base64.
    """

    texts: list[str]
    as_base64: bool


def parse_request(body: bytes, *, model: str, dim: int, most_items: int) -> EmbeddingRequest:
    """Request in the body.

    Args:
        body: JSON, as OpenAI's API documents it.
        model: Name of the one model there is.
        dim: Length of its vectors.
        most_items: Most queries in a request.

    Raises:
        ApiError: Something is missing, malformed, too much or unknown.
    """
    raw, values = read_object(body, long="input")
    check_model(values.get("model"), model)
    _check_dimensions(values.get("dimensions"), dim)
    return EmbeddingRequest(_texts(raw, values.get("input"), most_items), _as_base64(values))


def check_model(given: object, model: str) -> None:
    """Refuse another model than the one there is.

    Raises:
        ApiError: No model (status 400), or an unknown one (404).
    """
    if not isinstance(given, str) or not given:
        raise ApiError(f"model must be the name of a model, got {shown(given)}. Use {model!r}.", param="model")
    if given != model:
        raise ApiError(
            f"The model {shown(given)} does not exist here. This server has {model!r}.",
            status=404,
            param="model",
            code="model_not_found",
        )


def _check_dimensions(given: object, dim: int) -> None:
    if given is not None and (type(given) is not int or given != dim):
        raise ApiError(
            f"dimensions must be {dim} or left out, got {shown(given)}: the index holds vectors of {dim} numbers, and "
            "shorter ones are not comparable with them.",
            param="dimensions",
        )


def _as_base64(values: Mapping[str, Any]) -> bool:
    wanted = values.get("encoding_format")
    if wanted not in (None, "float", "base64"):
        raise ApiError(f"encoding_format must be 'float' or 'base64', got {shown(wanted)}.", param="encoding_format")
    return bool(wanted == "base64")


def _texts(raw: bytes, given: object, most_items: int) -> list[str]:
    """The texts of ``input``: its JSON, and its value where that is short."""
    try:
        read: str | list[str] = msgspec.json.decode(raw, type=str | list[str])
        texts = [read] if isinstance(read, str) else read
        if not texts:
            raise InvalidInputError(f"{_EXPECTED}, got [].")
        if len(texts) > most_items:
            raise InvalidInputError(
                f"input has {len(texts):,} items; at most {most_items:,} are embedded at once. Send several requests."
            )
        return checked_texts(texts, name="input")
    except msgspec.DecodeError as error:
        raise ApiError(_wrong_input(raw, given, error), param="input") from error
    except InvalidInputError as error:
        raise ApiError(str(error), param="input") from error


def _wrong_input(raw: bytes, given: object, error: msgspec.DecodeError) -> str:
    """Reason why an ``input`` is refused, from its types alone where it is long."""
    if not isinstance(error, msgspec.ValidationError):
        return f"The body is not JSON: {error}."
    for ids in (list[int], list[list[int]]):
        with suppress(msgspec.DecodeError):
            msgspec.json.decode(raw, type=ids)
            return _TOKEN_IDS
    if isinstance(given, list):
        try:
            checked_texts(given, name="input", allow_empty=True)
        except InvalidInputError as refused:
            return str(refused)
    return f"{_EXPECTED}, got {shown(given)}." if raw == b"null" or given is not None else f"{_EXPECTED}: {error}."

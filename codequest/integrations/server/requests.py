"""EmbeddingRequest: what a client asks, checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request

from codequest.errors import InvalidInputError
from codequest.integrations.server.replies import ApiError
from codequest.texts import checked_texts

_TOKEN_IDS = (
    "input holds token ids, which are those of another model's tokenizer. Send the texts as strings. With LangChain: "
    "OpenAIEmbeddings(check_embedding_ctx_length=False)."
)


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """The body of a request to ``/v1/embeddings``.

    Attributes:
        texts: The queries, at least one.
        as_base64: Whether the vectors are wanted in base64.
    """

    texts: list[str]
    as_base64: bool


async def read_body(request: Request, *, most_bytes: int) -> bytes:
    """The body of a request.

    Raises:
        ApiError: It is longer than allowed; status 413.
    """
    body = bytearray()
    announced = request.headers.get("content-length", "")
    if not (announced.isdigit() and int(announced) > most_bytes):
        try:
            async for part in request.stream():
                body += part
                if len(body) > most_bytes:
                    break
            else:
                return bytes(body)
        except ClientDisconnect as error:
            raise ApiError("The connection was closed before the request was complete.") from error
    raise ApiError(
        f"The request is larger than {most_bytes:,} bytes. Send fewer or shorter queries at once.", status=413
    )


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
    try:
        values = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ApiError(f"The body is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise ApiError(f"The body must be a JSON object, got {type(values).__name__}.")
    check_model(values.get("model"), model)
    _check_dimensions(values.get("dimensions"), dim)
    return EmbeddingRequest(_texts(values, most_items), _as_base64(values))


def check_model(given: object, model: str) -> None:
    """Refuse another model than the one there is.

    Raises:
        ApiError: No model (status 400), or an unknown one (404).
    """
    if not isinstance(given, str) or not given:
        raise ApiError(f"model must be the name of a model, got {given!r:.80}. Use {model!r}.", param="model")
    if given != model:
        raise ApiError(
            f"The model {given!r:.80} does not exist here. This server has {model!r}.",
            status=404,
            param="model",
            code="model_not_found",
        )


def _check_dimensions(given: object, dim: int) -> None:
    if given is not None and (type(given) is not int or given != dim):
        raise ApiError(
            f"dimensions must be {dim} or left out, got {given!r:.80}: the index holds vectors of {dim} numbers, and "
            "shorter ones are not comparable with them.",
            param="dimensions",
        )


def _as_base64(values: Mapping[str, Any]) -> bool:
    wanted = values.get("encoding_format")
    if wanted not in (None, "float", "base64"):
        raise ApiError(f"encoding_format must be 'float' or 'base64', got {wanted!r:.80}.", param="encoding_format")
    return bool(wanted == "base64")


def _texts(values: Mapping[str, Any], most_items: int) -> list[str]:
    given = values.get("input")
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or not given:
        raise ApiError(f"input must be a string or a list of strings, not empty, got {given!r:.80}.", param="input")
    if len(given) > most_items:
        raise ApiError(
            f"input has {len(given):,} items; at most {most_items:,} are embedded at once. Send several requests.",
            param="input",
        )
    if type(given[0]) is int or (isinstance(given[0], list) and given[0] and type(given[0][0]) is int):
        raise ApiError(_TOKEN_IDS, param="input")
    try:
        return checked_texts(given, name="input")
    except InvalidInputError as error:
        raise ApiError(str(error), param="input") from error

"""Answers of the server, in OpenAI's format."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from codequest.errors import CodequestError
from codequest.space import Vectors

_AT_ONCE = 32  # vectors of 768 numbers: 2 ms


class ApiError(CodequestError):
    """A request that is refused.

    Args:
        message: What was given, what was expected and what to do.
        status: HTTP status.
        param: Name of the parameter that is wrong.
        code: OpenAI's word for it, where it has one.
        headers: Sent with the answer.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code
        self.headers = headers


def error_response(error: ApiError) -> Response:
    """The error as OpenAI's clients read it."""
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    content = {"error": {"message": str(error), "type": kind, "param": error.param, "code": error.code}}
    return JSONResponse(content, status_code=error.status, headers=error.headers)


async def refused(_: Request, error: Exception) -> Response:
    """The answer to a request that raised an `ApiError`."""
    assert isinstance(error, ApiError)
    return error_response(error)


def embeddings_response(vectors: Vectors, *, tokens: int, model: str, as_base64: bool) -> Response:
    """The vectors, (n, dim), in the order of the request; base64 is of little-endian float32.

    Many vectors are written bit by bit, as fast as the client reads them, and others are answered in between.
    """
    parts = _parts(vectors, tokens=tokens, model=model, as_base64=as_base64)
    if len(vectors) <= _AT_ONCE:
        return Response(b"".join(parts), media_type="application/json")
    return StreamingResponse(_in_turns(parts), media_type="application/json")


def _parts(vectors: Vectors, *, tokens: int, model: str, as_base64: bool) -> Iterator[bytes]:
    begin = b'{"object":"list","data":['
    for start in range(0, len(vectors), _AT_ONCE):
        data = [
            {"object": "embedding", "index": index, "embedding": _base64(vector) if as_base64 else vector.tolist()}
            for index, vector in enumerate(vectors[start : start + _AT_ONCE], start)
        ]
        yield begin + msgspec.json.encode(data)[1:-1]
        begin = b","
    rest = {"model": model, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}
    yield b"]," + msgspec.json.encode(rest)[1:]


async def _in_turns(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
        await asyncio.sleep(0)


def _base64(vector: Vectors) -> str:
    return base64.b64encode(vector.astype("<f4", copy=False).tobytes()).decode("ascii")

"""Bodies of requests: received within limits, and read as one JSON object."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NoReturn

import msgspec
from starlette.requests import ClientDisconnect, Request

from codequest.integrations.server.holding import held_by
from codequest.integrations.server.limits import Limits
from codequest.integrations.server.replies import ApiError

_LONG = 1024  # bytes of a value that is read by its type, and not by looking at everything that it may be
_MOST_BESIDES = 64 << 10  # bytes of everything else


async def read_body(request: Request, limits: Limits) -> bytes:
    """The body of a request.

    Raises:
        ApiError: It is longer than allowed (status 413), takes too long (408) or is broken off (400), or there are too
            many large requests at once (503).
    """
    try:
        return await asyncio.wait_for(_received(request, limits), limits.request_seconds)
    except asyncio.TimeoutError as error:
        raise ApiError(
            f"The request did not arrive within {limits.request_seconds:g} seconds. Send it again.", status=408
        ) from error
    except ClientDisconnect as error:
        raise ApiError("The connection was closed before the request was complete.") from error


async def _received(request: Request, limits: Limits) -> bytes:
    body, held = bytearray(), held_by(request.scope)
    announced = request.headers.get("content-length", "")
    longest = int(announced) if len(announced) < 20 and announced.isdecimal() else 0
    if longest <= limits.request_bytes:
        async for part in request.stream():
            held.add(len(part))
            body += part
            if len(body) > limits.request_bytes:
                break
        else:
            return bytes(body)
    raise ApiError(
        f"The request is larger than {limits.request_bytes:,} bytes. Send fewer or shorter queries at once.", status=413
    )


def read_object(body: bytes, *, long: str) -> tuple[bytes, dict[str, Any]]:
    """JSON of the one member that may be long, and all members with their values.

    A body of megabytes that holds something else than texts is refused in milliseconds, in which nobody else is
    answered: nothing but types is looked at in what is long.

    Args:
        body: JSON, from anyone.
        long: Name of the member that may be long; where it is, its value is given as None.

    Raises:
        ApiError: No JSON, no object, a name that comes twice, or too much besides the long member.
    """
    try:
        body.decode()
        members = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError as error:
        raise ApiError(f"The body must be a JSON object: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _refuse(error)
    raw = bytes(members.get(long, b"null"))
    besides = body.replace(raw, b"null") if len(raw) > _LONG else body
    if len(besides) > _MOST_BESIDES:
        raise ApiError(f"The body has more than {_MOST_BESIDES:,} bytes besides {long}, or gives {long} twice.")
    try:
        values = json.loads(besides.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        _refuse(error)
    assert isinstance(values, dict)
    return raw, values


def _refuse(error: Exception) -> NoReturn:
    if isinstance(error, RecursionError):
        reason = "it is nested too deeply"
    elif "digits" in str(error):
        reason = "it holds a number with thousands of digits"
    elif "truncated" in str(error) or "hex escape" in str(error):  # what msgspec says of half a pair as well
        reason = f"it ends too early, or holds one half of a surrogate pair ({error})"
    else:
        reason = str(error)
    raise ApiError(f"The body is not JSON: {reason}.") from error


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(members)
    if len(values) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in values if names.count(name) > 1)
        raise ValueError(f"{twice!r:.80} is given twice")
    return values


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")

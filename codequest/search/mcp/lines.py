"""Lines of standard input as messages: every request is answered, one that cannot be read as well."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator
from typing import Any

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCRequest,
    jsonrpc_message_adapter,
)

_SURROGATES = re.compile("[\ud800-\udfff]")
_LARGEST_ID = 2**63  # larger ones are no integers to most readers of JSON


class MessageLines:
    """The lines of standard input that are messages; where no other reader of them answers, this one does.

    The server reads stricter than it may: what it cannot read it drops, and a client that waits for its answer waits
    for ever.

    Attributes:
        answers: Stream to the client, set before the first line is read.
    """

    answers: Any

    async def __aiter__(self) -> AsyncIterator[str]:
        async for raw in anyio.wrap_file(sys.stdin.buffer):
            line = raw.decode(errors="replace")
            if not line.strip(" \t\r\n"):
                continue
            read = read_message(line)
            if isinstance(read, str):
                yield read
            else:
                await self.answers.send(SessionMessage(read))


def read_message(line: str) -> str | JSONRPCError:
    """The message of a line, lone surrogates replaced; or the answer that it cannot be read."""
    try:
        message = json.loads(line)
        text = _SURROGATES.sub("�", json.dumps(message, ensure_ascii=False))
    except (ValueError, RecursionError) as error:
        return _refused(PARSE_ERROR, f"No JSON: {error}", None)
    asks = isinstance(message, dict) and "id" in message and "method" in message
    try:
        read = jsonrpc_message_adapter.validate_json(text, by_name=False)
    except ValueError:
        read = None
    if read is None or (asks and not isinstance(read, JSONRPCRequest)):
        return _refused(INVALID_REQUEST, "No request, notification or answer of JSON-RPC 2.0.", message)
    if isinstance(read, JSONRPCRequest) and isinstance(read.id, int) and abs(read.id) >= _LARGEST_ID:
        return _refused(INVALID_REQUEST, "The id is too large.", message)
    return text


def _refused(code: int, why: str, message: Any) -> JSONRPCError:
    given = message.get("id") if isinstance(message, dict) else None
    known = isinstance(given, str) or (type(given) is int and abs(given) < _LARGEST_ID)
    id = _SURROGATES.sub("�", given) if isinstance(given, str) else given
    return JSONRPCError(jsonrpc="2.0", id=id if known else None, error=ErrorData(code=code, message=why[:200]))

"""KeyRequired: only clients with the key may use the server."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from codequest.integrations.server.replies import ApiError, error_response


class KeyRequired:
    """ASGI middleware: what lies under ``/v1/`` is answered to bearers of the key only.

    Args:
        app: Application that is guarded.
        key: The key; None lets everyone in.
    """

    def __init__(self, app: ASGIApp, key: str | None) -> None:
        self._app = app
        self._key = None if key is None else key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._key is None or scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode("latin-1"), self._key):
            await self._app(scope, receive, send)
            return
        what = "is wrong" if given else "is missing"
        refusal = ApiError(
            f"The API key {what}. Send the server's key in the header 'Authorization: Bearer KEY'.",
            status=401,
            code="invalid_api_key",
            headers={"WWW-Authenticate": "Bearer"},
        )
        await error_response(refusal)(scope, receive, send)

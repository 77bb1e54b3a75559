"""LargeRequests: how many bytes large requests hold together."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from codequest.integrations.server.limits import Limits
from codequest.integrations.server.replies import ApiError

_KEY = "codequest.held"


class Held:
    """Bytes that one request holds; above `Limits.large` they count against those of all large requests.

    Args:
        limits: How much is large, and how much all large requests may hold.
        total: Bytes of all large requests, as the only item.
    """

    def __init__(self, limits: Limits, total: list[int]) -> None:
        self._limits = limits
        self._total = total
        self._bytes = 0

    def add(self, more: int) -> None:
        """Count further bytes.

        Raises:
            ApiError: The large requests hold too many already; status 503.
        """
        counted = self._counted(self._bytes + more) - self._counted(self._bytes)
        if counted and self._total[0] + counted > self._limits.large_bytes:
            raise ApiError(
                "Too many large requests are being answered. Try again later, or send fewer queries at once.",
                status=503,
                code="overloaded",
                headers={"Retry-After": "1"},
            )
        self._bytes += more
        self._total[0] += counted

    def release(self) -> None:
        """Hold nothing any more."""
        self._total[0] -= self._counted(self._bytes)
        self._bytes = 0

    def _counted(self, held: int) -> int:
        return held if held > self._limits.large else 0


class LargeRequests:
    """ASGI middleware: a request holds what it counts until its answer has been sent.

    Args:
        app: Application, whose requests count what they hold by `held_by`.
        limits: How much may be held.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._total = [0]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held = Held(self._limits, self._total)
        scope[_KEY] = held
        try:
            await self._app(scope, receive, send)
        finally:
            held.release()


def held_by(scope: Scope) -> Held:
    """What a request holds, to be added to."""
    held = scope[_KEY]
    assert isinstance(held, Held)
    return held

"""TimedConnection: an HTTP connection that no client can hold for longer than a request needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

RECEIVING = 20.0  # seconds from the end of one request to the end of the next, headers and body
SENDING = 20.0  # seconds in which a client reads what it was sent last
ANSWERING = 60.0  # seconds in which a client reads a whole answer that it reads slower than the server writes
_CLOSING_HEADERS = [
    (b"Content-Type", b"text/plain; charset=utf-8"),
    (b"Connection", b"close"),
    (b"Content-Security-Policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"Cross-Origin-Resource-Policy", b"same-origin"),
    (b"Referrer-Policy", b"no-referrer"),
    (b"X-Content-Type-Options", b"nosniff"),
    (b"Cache-Control", b"no-store"),
]
_STOPPING = 3.0  # seconds for either once the server has been told to stop


class TimedConnection(H11Protocol):
    """uvicorn's connection, with an end to what is received and to what is sent; uvicorn ends only idle ones.

    h11 refuses what is no HTTP, a ``Content-Length`` that is no number or contradicts another, and headers of more
    than 64 KiB.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._receiving = _Deadline(self._abort)
        self._sending = _Deadline(self._abort)
        self._answering = _Deadline(self._abort)
        self._patience = SENDING
        self._most, self.limit_concurrency = self.limit_concurrency, None  # uvicorn's own refusal has no such headers
        self._app, self.app = self.app, self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it where too many connections are open."""
        if self._most is not None and (len(self.connections) >= self._most or len(self.tasks) > self._most):
            await send({"type": "http.response.start", "status": 503, "headers": _CLOSING_HEADERS})
            await send({"type": "http.response.body", "body": b"Too many connections. Try again later."})
            return
        await self._app(scope, receive, send)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)  # writing pauses as soon as the client is slower than the server
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._answering.stop()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._receiving.stop()
        self._sending.stop()
        self._answering.stop()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._answering.start(ANSWERING)
        self._sending.start(self._patience)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._sending.stop()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, and close; a request that turns out to be none on the way has ended with it."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):  # an answer has begun
            self._abort()
            return
        for event in (
            h11.Response(status_code=400, headers=_CLOSING_HEADERS, reason=b"Bad Request"),
            h11.Data(data=msg.encode("ascii")),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def shutdown(self) -> None:
        """A request that has arrived is answered; one that is still arriving, or an unread answer, has seconds left."""
        try:
            super().shutdown()
        except h11.LocalProtocolError:  # broken already
            self._abort()
        self._patience = _STOPPING
        self._receiving.shorten(_STOPPING)
        self._sending.shorten(_STOPPING)

    def _watch(self) -> None:
        """Time the client exactly while the rest of its request is missing."""
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._receiving.start(RECEIVING)
        else:
            self._receiving.stop()

    def _abort(self) -> None:
        self.transport.abort()


class _Deadline:
    """A moment at which a connection ends, unless what it waits for is there before."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._timer: asyncio.TimerHandle | None = None

    def start(self, seconds: float) -> None:
        """Run from now on, unless it runs already."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._end)

    def stop(self) -> None:
        """Run no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def shorten(self, seconds: float) -> None:
        """End in so many seconds if it runs."""
        if self._timer is not None:
            self.stop()
            self.start(seconds)

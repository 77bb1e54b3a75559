"""Guard: only the page itself may ask, and no other page that is open in a browser on this machine."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codequest.integrations.server.replies import ApiError, error_response

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

_HOST = re.compile(r"(?:\[([0-9A-Za-z:.%]+)\]|([^\s:/?#@\[\]\\]+))(?::\d*)?")  # an address or a name, and a port


class Guard:
    """ASGI application around another one: refuses requests of other pages, and says how answers may be used.

    It stands around everything else, what answers for an error included, so that no answer is without its headers.

    A name that an attacker's DNS points to this machine (DNS rebinding) is known by the header ``Host``: a browser
    sends the name, and only names and addresses of this server are let in. Requests of other pages are known by
    ``Origin``, and by ``Sec-Fetch-Site`` where a browser sends no origin; a link that a user follows is let in.

    Args:
        app: What is guarded.
        names: Names the server may be reached by besides ``localhost``.
        loopback_only: Whether it is reached from this machine only, and so by its loopback addresses alone.
    """

    def __init__(self, app: ASGIApp, names: Collection[str] = (), *, loopback_only: bool = True) -> None:
        self._app = app
        self._names = {name.lower() for name in (*names, "localhost")}
        self._loopback_only = loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        reason = self._reason(Headers(scope=scope))
        app = self._app if reason is None else error_response(ApiError(reason, status=403, code="forbidden"))
        await app(scope, receive, send_guarded)

    def _reason(self, headers: Headers) -> str | None:
        """The reason why a request is refused; None when it is not."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._ours(host):
            return (
                f"This server does not answer to the name {host!r:.80}. Open it at the address that it printed when it "
                "started, or start it with --host and that name."
            )
        followed = headers.get("sec-fetch-mode") == "navigate"
        foreign = headers.get("sec-fetch-site") in ("cross-site", "same-site") and not followed
        if foreign or (origin is not None and _place(origin) != host.lower()):
            who = "" if origin is None else f" ({origin[:80]!r})"
            return f"A page of another origin{who} asked, and only this server's own page may. Nothing was searched."
        return None

    def _ours(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = (found[1] or found[2]).lower()
        try:
            given = ip_address(name)
        except ValueError:
            return name in self._names
        return given.is_loopback or not self._loopback_only


def _place(origin: str) -> str | None:
    """Host and port of an origin; None where it is none."""
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None

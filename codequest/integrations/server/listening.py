"""Runs the server until it is told to stop."""

from __future__ import annotations

import os
import signal
import socket
import warnings
from ipaddress import ip_address
from typing import TYPE_CHECKING

from codequest.errors import CodequestWarning, InvalidInputError, require
from codequest.integrations.server.limits import Limits

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

    from codequest.encoders.given import GivenEncoder

KEY_VARIABLE = "CODEQUEST_API_KEY"
"""Environment variable that holds the key clients must send."""

_LAST_SECONDS = 30  # for requests that are being answered when the server is told to stop
_MOST_CONNECTIONS = 2048  # each holds 64 KiB of an unfinished request, or an answer that nobody reads


def check_installed() -> None:
    """Refuse to go on without the libraries that serve.

    Raises:
        MissingDependencyError: The extra ``server`` is not installed.
    """
    for module in ("uvicorn", "starlette", "prometheus_client"):
        require(module, extra="server")


def read_key() -> str | None:
    """The key clients must send, from the environment; None where the variable is not set.

    Raises:
        InvalidInputError: The variable is empty, which would let everyone in unnoticed.
    """
    key = os.environ.get(KEY_VARIABLE)
    if key is not None and not key.strip():
        raise InvalidInputError(f"{KEY_VARIABLE} is empty. Set it to the key that clients must send, or unset it.")
    return None if key is None else key.strip()


def bind(host: str, port: int) -> socket.socket:
    """A socket that does not listen yet: clients that connect before the encoder is loaded are refused at once.

    Args:
        host: Name or address; ``127.0.0.1`` is reached from this machine only.
        port: 0 takes a free one.

    Raises:
        InvalidInputError: The address is not of this machine, taken, or not permitted.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidInputError(f"Cannot serve on {host}:{port}: {reason}. Choose another --host or --port.") from error
    return bound


def address(bound: socket.socket) -> str:
    """The URL of a socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(bound: socket.socket) -> bool:
    """Tell whether only this machine reaches a socket."""
    return ip_address(bound.getsockname()[0]).is_loopback


def warn_if_open(bound: socket.socket, key: str | None) -> None:
    """Warn of a server without a key that other machines reach."""
    if key is None and not is_loopback(bound):
        warnings.warn(
            f"Everyone who reaches {address(bound)} may use it: {KEY_VARIABLE} is not set.",
            CodequestWarning,
            stacklevel=2,
        )


def serve(
    encoder: GivenEncoder, bound: socket.socket, *, name: str, key: str | None = None, limits: Limits | None = None
) -> None:
    """Answer requests until SIGTERM or SIGINT; then answer what has arrived, refuse what is new, and return.

    Args:
        encoder: Embeds the queries, in one thread; or the name or folder of one that does.
        bound: Where to listen; see `bind`.
        name: Model name that clients send.
        key: Key that clients must send as a bearer token; None lets everyone in.
        limits: Limits of batches and requests.

    Raises:
        MissingDependencyError: The extra ``server`` is not installed.
    """
    check_installed()
    from codequest.encoders.given import encoder_given
    from codequest.integrations.server.app import build_app

    warn_if_open(bound, key)
    run_app(build_app(encoder_given(encoder), name=name, key=key, limits=limits or Limits()), bound)


def run_app(app: Starlette, bound: socket.socket) -> None:
    """Serve an application on a socket until SIGTERM or SIGINT."""
    server = server_of(app)
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them again at its end: for its own handler, then
        signal.signal(number, server.handle_exit)
    server.run(sockets=[bound])


def server_of(app: Starlette) -> uvicorn.Server:
    """A server of an application, in which no client can hold a connection, or the end of the server, for long."""
    import uvicorn

    from codequest.integrations.server.connections import TimedConnection

    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=TimedConnection,
            ws="none",
            log_level="error",  # a client's mistakes would fill the log
            access_log=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_LAST_SECONDS,
        )
    )

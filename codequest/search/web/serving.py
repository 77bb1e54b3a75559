"""Runs the page until it is told to stop."""

from __future__ import annotations

import socket
import warnings

from codequest.errors import CodequestWarning, require
from codequest.integrations.server.listening import address, is_loopback, run_app
from codequest.search.query.group import IndexGroup


def check_installed() -> None:
    """Refuse to go on without the libraries that serve and highlight.

    Raises:
        MissingDependencyError: The extra ``search`` is not installed.
    """
    for module in ("uvicorn", "starlette", "pygments"):
        require(module, extra="search")


def warn_if_open(bound: socket.socket) -> None:
    """Warn of a page that other machines reach."""
    if not is_loopback(bound):
        warnings.warn(
            f"Everyone who reaches {address(bound)} may read the indexed code: the page asks for no key.",
            CodequestWarning,
            stacklevel=2,
        )


def serve_indexes(indexes: IndexGroup, bound: socket.socket, *, host: str) -> None:
    """Answer requests until SIGTERM or SIGINT.

    Args:
        indexes: What is searched.
        bound: Where to listen; see `codequest.integrations.server.bind`.
        host: The name that was bound: requests may use it.

    Raises:
        MissingDependencyError: The extra ``search`` is not installed.
    """
    check_installed()
    from codequest.search.web.app import build_app

    warn_if_open(bound)
    run_app(build_app(indexes, names=(host, socket.gethostname()), loopback_only=is_loopback(bound)), bound)

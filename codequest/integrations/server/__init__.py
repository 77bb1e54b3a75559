"""An OpenAI-compatible server for one encoder; `codequest serve` runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.integrations.server.limits import Limits as Limits
    from codequest.integrations.server.listening import KEY_VARIABLE as KEY_VARIABLE
    from codequest.integrations.server.listening import address as address
    from codequest.integrations.server.listening import bind as bind
    from codequest.integrations.server.listening import check_installed as check_installed
    from codequest.integrations.server.listening import read_key as read_key
    from codequest.integrations.server.listening import serve as serve

_HOMES = {
    "KEY_VARIABLE": "codequest.integrations.server.listening",
    "Limits": "codequest.integrations.server.limits",
    "address": "codequest.integrations.server.listening",
    "bind": "codequest.integrations.server.listening",
    "check_installed": "codequest.integrations.server.listening",
    "read_key": "codequest.integrations.server.listening",
    "serve": "codequest.integrations.server.listening",
}

__all__ = ["KEY_VARIABLE", "Limits", "address", "bind", "check_installed", "read_key", "serve"]

__getattr__ = lazy_names(__name__, _HOMES)  # a help text needs none of what serves

"""An OpenAI-compatible server for one encoder; `codequest serve` runs it."""

from codequest.integrations.server.limits import Limits
from codequest.integrations.server.listening import KEY_VARIABLE, address, bind, check_installed, read_key, serve

__all__ = ["KEY_VARIABLE", "Limits", "address", "bind", "check_installed", "read_key", "serve"]

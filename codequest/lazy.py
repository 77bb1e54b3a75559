"""Imports by name, when something is first used: a command or a client loads no more than it needs."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from codequest.errors import needs_torch


def load(where: str) -> Any:
    """The object of ``"module:name"``.

    Raises:
        MissingDependencyError: It needs torch, which is not installed.
        ImportError: The module cannot be imported.
        AttributeError: It has no such name.
    """
    module, _, name = where.partition(":")
    with needs_torch():
        return getattr(importlib.import_module(module), name)


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package that imports its public names when they are first used (PEP 562).

    Args:
        package: Its name.
        homes: Module of each public name.
    """

    def found(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return load(f"{homes[name]}:{name}")

    return found

"""The folder of everything kept between runs."""

from __future__ import annotations

import os
from pathlib import Path


def cache_root() -> Path:
    """Folder of everything codequest keeps between runs: ``$CODEQUEST_CACHE`` or ``~/.cache/codequest``."""
    configured = os.environ.get("CODEQUEST_CACHE")
    if configured:
        return Path(configured).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "codequest"

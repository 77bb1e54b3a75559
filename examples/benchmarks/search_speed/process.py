"""Wall and CPU time of a process that finds nothing in a cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path


def measured(command: list[str], folder: Path) -> tuple[float, float, str]:
    """Wall and CPU seconds of a process, and what it prints; its caches are empty."""
    cache = folder / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    environment = {**os.environ, "CODEQUEST_CACHE": str(cache), "SEMBLE_CACHE_LOCATION": str(cache)}
    before, began = os.times(), time.perf_counter()
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    wall, after = time.perf_counter() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu, said.strip()

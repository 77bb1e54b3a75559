"""`codequest serve --index` as a process, on a small project."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from codequest.search import CodeIndex
from tests.integrations.server.process import server_process
from tests.search.conftest import FILES, write

PROJECT = {
    **FILES,
    "src/long.py": "def unicorn(f):\n" + "".join(f"    f({number})\n" for number in range(25)),
    "src/page.js": "/** Draws <img src=x onerror=alert(1)> of a unicorn. */\nfunction draw() { return '&amp;'; }\n",
}
_CLIENT = httpx.Client(timeout=60)  # one for all: a new one reads the certificates of the system again


@dataclass(frozen=True)
class Site:
    """A server process, and what it serves."""

    process: subprocess.Popen[str]
    address: str
    root: Path
    adapter: Path

    def get(self, path: str, **options: Any) -> httpx.Response:
        return _CLIENT.get(f"{self.address}{path}", **options)


@contextmanager
def serving(root: Path, adapter: Path, *others: Path) -> Iterator[Site]:
    indexes = [part for each in (root, *others) for part in ("--index", str(each))]
    command = [sys.executable, "-m", "codequest", "serve", str(adapter), *indexes, "--port", "0"]
    says = f"Searching {', '.join(map(str, (root, *others)))} on http://127.0.0.1:"
    with server_process(command, dict(os.environ), says=says) as (process, address):
        yield Site(process, address, root, adapter)


@pytest.fixture(scope="session")
def static_adapter(tiny_light: Path) -> Path:
    return tiny_light


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, tiny_teacher: Path, static_adapter: Path) -> Iterator[Site]:
    """Its index stays as it is."""
    root = write(tmp_path_factory.mktemp("served") / "project", PROJECT)
    CodeIndex.build(root, teacher=str(tiny_teacher))
    with serving(root, static_adapter) as started:
        yield started


@pytest.fixture
def changing(tmp_path: Path, tiny_teacher: Path, static_adapter: Path) -> Iterator[Site]:
    """Its index, and the server itself, may be changed."""
    root = write(tmp_path / "project", PROJECT)
    CodeIndex.build(root, teacher=str(tiny_teacher))
    with serving(root, static_adapter) as started:
        yield started

"""Real server processes on the loopback address, on ports that were free."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from codequest import QueryEncoder
from codequest.encoders import LoRAQueryEncoder
from codequest.teachers import LocalTeacher
from tests.encoders.conftest import disturb
from tests.integrations.server.process import server_process

KEY = "a secret of this test"


@dataclass(frozen=True)
class Running:
    """A server process and the encoder that it serves, loaded here."""

    process: subprocess.Popen[str]
    address: str
    folder: Path

    @property
    def encoder(self) -> QueryEncoder:
        return QueryEncoder.from_pretrained(self.folder, device="cpu")

    def post(self, **options: object) -> httpx.Response:
        return httpx.post(f"{self.address}/v1/embeddings", timeout=120, **options)

    def metrics(self) -> dict[str, float]:
        lines = httpx.get(f"{self.address}/metrics").text.splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


@contextmanager
def running(folder: Path, *options: str, key: str | None = None) -> Iterator[Running]:
    """Start ``codequest serve`` and wait until it answers."""
    command = [sys.executable, "-m", "codequest", "serve", str(folder), "--port", "0", *options]
    environment = {name: value for name, value in os.environ.items() if name != "CODEQUEST_API_KEY"}
    environment |= {"CODEQUEST_API_KEY": key} if key else {}
    with server_process(command, environment, says="Serving ") as (process, address):
        yield Running(process, address.removesuffix("/v1"), folder)


@pytest.fixture(scope="session")
def lora_folder(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path, tiny_teacher: Path) -> Path:
    space = LocalTeacher(str(tiny_teacher), device="cpu").space
    encoder = LoRAQueryEncoder.create(str(tiny_base), space=space, rank=4, map="linear", device="cpu")
    disturb(encoder)
    return encoder.save_pretrained(tmp_path_factory.mktemp("adapters") / "tiny-lora")


@pytest.fixture(scope="session")
def server(lora_folder: Path) -> Iterator[Running]:
    """An encoder in torch, whose batches are padded; no key."""
    with running(lora_folder) as started:
        yield started


@pytest.fixture(scope="session")
def guarded(static_folder: Path) -> Iterator[Running]:
    """A table, with a key."""
    with running(static_folder, key=KEY) as started:
        yield started

"""The steps of the Dockerfiles, run without an engine: what they copy, install, start and ask for its health."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "docker"
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


@dataclass(frozen=True)
class Step:
    """One instruction: its name in capitals, and what follows."""

    name: str
    given: str


def steps(file: Path) -> list[Step]:
    """The instructions of a Dockerfile, without comments, each in one line."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [Step(*line.split(" ", 1)) for line in joined.splitlines()]


def given(file: Path, name: str) -> list[str]:
    return [step.given for step in steps(file) if step.name == name]


@dataclass
class Machine:
    """A folder that stands for the file system of an image: absolute paths of a Dockerfile are looked up in it."""

    root: Path

    def placed(self, command: str) -> str:
        """The command with the places of the image in this folder, and this Python for that of the image."""
        inside = re.sub(r"(?<![\w.])/(venv|src|code)\b", lambda found: f"{self.root}/{found[1]}", command)
        return re.sub(r"^python\b", shlex.quote(sys.executable), inside)

    def build(self, file: Path) -> None:
        """Follow the stage that installs: its COPY and RUN."""
        first, *others = steps(file)
        assert first == Step("FROM", "python:3.13-slim AS build")
        place = self.root
        for step in takewhile(lambda step: step.name != "FROM", others):
            if step.name == "WORKDIR":
                place = Path(self.placed(step.given))
                place.mkdir(parents=True)
            elif step.name == "COPY":
                assert step.given == ". ."
                copy_context(place)
            else:
                assert step.name == "RUN"
                command = ["/bin/sh", "-c", self.placed(step.given)]
                subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=900)


def copy_context(target: Path) -> None:
    """What .dockerignore lets through of the checkout."""
    assert IGNORED[0] == "*"
    for name in (line[1:] for line in IGNORED if line.startswith("!")):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(source, target / name)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.Dockerfile")), ids=lambda file: file.stem)
def test_an_image_is_small_and_not_roots_and_says_how_it_is(file: Path) -> None:
    assert [base.split()[0] for base in given(file, "FROM")] == ["python:3.13-slim", "python:3.13-slim"]
    assert given(file, "USER") == ["65534:65534"]
    (health,) = given(file, "HEALTHCHECK")
    command = json.loads(health.split("CMD ")[1])
    assert command[0] == "/venv/bin/python"
    compile(command[2], "health", "exec")
    assert all("--no-cache-dir" in step for step in given(file, "RUN") if "install" in step and "pip" in step)
    assert [step for step in given(file, "COPY") if step.startswith("--from")] == ["--from=build /venv /venv"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["serve", "puma"])
def test_the_steps_of_an_image_make_a_service_that_is_well(tmp_path: Path, name: str) -> None:
    file, machine = FOLDER / f"{name}.Dockerfile", Machine(tmp_path)
    machine.build(file)
    shutil.rmtree(tmp_path / "src")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "retry.py").write_text('def retry(action):\n    """Repeat it."""\n', encoding="utf-8")
    (start,), (health,) = given(file, "ENTRYPOINT"), given(file, "HEALTHCHECK")
    options = [option for more in given(file, "CMD") for option in json.loads(more)]
    port = free_port()
    command = [machine.placed(part).replace("8080", port) for part in [*json.loads(start), *options]]
    asks = [machine.placed(part).replace("8080", port) for part in json.loads(health.split("CMD ")[1])]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=tmp_path / "code", env=environment, stderr=subprocess.PIPE, text=True
    ) as service:
        try:
            wait_until_well(asks, service)
            if name == "serve":
                assert len(embedded(port, "sort a list")) == 768
            else:
                with urlopen(f"http://127.0.0.1:{port}/api/search?q=repeat", timeout=30) as answer:
                    assert json.load(answer)["hits"][0]["symbol"] == "retry"
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(timeout=60)
    assert service.returncode in (0, -signal.SIGTERM)
    assert not list((tmp_path / "venv").rglob("torch"))


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def wait_until_well(asks: list[str], service: subprocess.Popen[str]) -> None:
    patience = time.monotonic() + 120
    while subprocess.run(asks, capture_output=True).returncode:
        assert service.poll() is None, service.stderr.read() if service.stderr else ""
        assert time.monotonic() < patience
        time.sleep(0.5)


def embedded(port: str, query: str) -> list[float]:
    body = json.dumps({"model": "static", "input": query}).encode()
    request = Request(f"http://127.0.0.1:{port}/v1/embeddings", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        vector: list[float] = json.load(answer)["data"][0]["embedding"]
    return vector

"""The page about a service in ten minutes, block by block: against real servers, on ports of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ten-minutes.md").read_text(encoding="utf-8")
INSTALL, SERVE, CURL, EXPORT, DOCKER = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
ASK, FILL, SEARCH = re.findall(r"```py\n(.*?)```", PAGE, re.DOTALL)
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}


@contextmanager
def serving(command: str, cwd: Path) -> Iterator[int]:
    """The server of a command of the page, on a port that is free."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    words = command.replace("--port 8080", f"--port {port}").split()
    assert words[0] == "codequest"
    process = subprocess.Popen([sys.executable, "-m", *words], cwd=cwd, env=ENVIRONMENT)
    try:
        for _ in range(600):
            try:
                urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def run(code: str, port: int, capsys: pytest.CaptureFixture[str]) -> list[str]:
    capsys.readouterr()
    exec(compile(code.replace(":8080", f":{port}"), "docs/ten-minutes.md", "exec"), {})
    return capsys.readouterr().out.splitlines()


def test_what_is_installed_is_what_the_page_of_sizes_says() -> None:
    assert INSTALL.strip() in (ROOT / "docs" / "install.md").read_text(encoding="utf-8")


def test_the_commands_for_docker_are_those_of_the_dockerfile() -> None:
    file = (ROOT / "examples" / "docker" / "serve.Dockerfile").read_text(encoding="utf-8")
    assert [line for line in DOCKER.splitlines()[:2] if line not in file] == []


@pytest.mark.skipif(os.name == "nt" or shutil.which("curl") is None, reason="no curl")
def test_it_runs_and_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("openai")
    with serving(SERVE, tmp_path) as port:
        curl = ["bash", "-ec", CURL.replace(":8080", f":{port}")]
        answered = subprocess.run(curl, capture_output=True, text=True, check=True, timeout=60).stdout
        health, end = json.JSONDecoder().raw_decode(answered)
        assert health["status"] == "ok"
        assert len(json.loads(answered[end:])["data"][0]["embedding"]) == 768
        (printed,) = run(ASK, port, capsys)
        assert f"That prints `{printed}`:" in PAGE


@pytest.mark.slow
def test_the_better_encoder_in_front_of_an_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in ("faiss", "onnxruntime", "onnxscript", "openai"):
        pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    export, serve = EXPORT.splitlines()
    exported = [sys.executable, "-m", *export.split()]
    subprocess.run(exported, cwd=tmp_path, env=ENVIRONMENT, check=True, timeout=300)
    assert run(FILL, 0, capsys) == []
    with serving(serve, tmp_path) as port:
        first, second = run(SEARCH, port, capsys)
    assert first.endswith("def by_value(mapping): return dict(sorted(mapping.items(), key=lambda pair: pair[1]))")
    assert float(first.split()[0]) > float(second.split()[0])

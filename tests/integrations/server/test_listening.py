"""The process: how it starts, what it imports, how it stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import numpy as np
import pytest

from codequest import QueryEncoder
from codequest.errors import CodequestWarning, InvalidInputError
from codequest.integrations.server import bind, read_key
from tests.integrations.server.conftest import KEY, Running, running
from tests.tiny import QUERIES

IMPORTED = """
import sys
from codequest.cli import main
try:
    main()
finally:
    print({"torch", "transformers"} & set(sys.modules))
"""


@pytest.fixture(scope="session")
def exported_folder(lora_folder: Path) -> Path:
    pytest.importorskip("openvino")
    folder = lora_folder.parent / "tiny-exported"
    return QueryEncoder.from_pretrained(lora_folder, device="cpu").export(folder, runtime="openvino")


@pytest.mark.parametrize("kind", ["static", "exported"])
def test_without_torch_in_the_encoder_there_is_none_in_the_process(
    kind: str, request: pytest.FixtureRequest, unused_port: int
) -> None:
    folder = request.getfixturevalue(f"{kind}_folder")
    command = [sys.executable, "-c", IMPORTED, "serve", str(folder), "--port", str(unused_port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert f"Serving tiny-{kind} on http://127.0.0.1:{unused_port}/v1" in process.stderr.readline()
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60) as asking:
            asked = {"model": f"tiny-{kind}", "input": QUERIES}
            answer = asking.post(f"http://127.0.0.1:{unused_port}/v1/embeddings", json=asked).json()
        process.send_signal(signal.SIGTERM)
        printed, errors = process.communicate(timeout=60)
    assert (process.returncode, printed, errors) == (0, "set()\n", "")
    found = [one["embedding"] for one in answer["data"]]
    expected = QueryEncoder.from_pretrained(folder)
    np.testing.assert_allclose(found, expected.encode(QUERIES), atol=1e-6)
    assert answer["usage"]["prompt_tokens"] == sum(expected.token_counts(QUERIES))


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def refuses(address: str) -> bool:
    try:
        httpx.get(f"{address}/health")
    except httpx.TransportError:
        return True
    return False


def wait_for(condition: object) -> None:
    patience = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.005)


def test_sigterm_finishes_what_is_in_flight_and_refuses_what_is_new(static_folder: Path) -> None:
    texts = [f"{number} " + "sort the list in a file by value " * 50 for number in range(1024)]
    answers: list[httpx.Response] = []
    with running(static_folder, "--max-batch", "8") as started:

        def ask(first: int) -> None:
            answers.append(started.post(json={"model": "tiny-static", "input": texts[first::2]}))

        asking = [threading.Thread(target=ask, args=(first,)) for first in range(2)]
        for thread in asking:
            thread.start()
        wait_for(lambda: started.metrics()["codequest_batch_queries_count"] > 0)
        waiting = started.metrics()["codequest_waiting_queries"]
        started.process.send_signal(signal.SIGTERM)
        wait_for(lambda: refuses(started.address))
        finished_before = len(answers)
        for thread in asking:
            thread.join(timeout=120)
        assert started.process.wait(timeout=60) == 0
        expected = started.encoder.encode(texts)
    assert waiting > 0
    assert finished_before == 0  # so both were in flight when new ones were refused
    for answer in answers:
        assert answer.status_code == 200
        found = np.array([one["embedding"] for one in answer.json()["data"]])
        first = int(np.abs(found[0] - expected[0]).max() > 1e-5)
        np.testing.assert_allclose(found, expected[first::2], atol=1e-5)


@pytest.mark.skipif(os.name == "nt", reason="SIGINT")
def test_ctrl_c_ends_it_quietly_and_the_key_is_never_said(static_folder: Path) -> None:
    with running(static_folder, key=KEY) as started:
        started.post(json={}, headers={"Authorization": f"Bearer {KEY}"})
        started.post(json={}, headers={"Authorization": "Bearer guess"})
        started.process.send_signal(signal.SIGINT)
        assert started.process.wait(timeout=60) == 0
        assert started.process.stderr is not None
        assert started.process.stderr.read() == ""


def test_a_taken_port_is_one_line_and_exit_code_2(guarded: Running, static_folder: Path) -> None:
    port = guarded.address.rpartition(":")[2]
    command = [sys.executable, "-m", "codequest", "serve", str(static_folder), "--port", port]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr == (
        f"Error: Cannot serve on 127.0.0.1:{port}: Address already in use. Choose another --host or --port.\n"
    )


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"Cannot serve on 192\.0\.2\.1:0: "):
        bind("192.0.2.1", 0)


def test_an_empty_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CODEQUEST_API_KEY", raising=False)
    assert read_key() is None
    monkeypatch.setenv("CODEQUEST_API_KEY", " ")
    with pytest.raises(InvalidInputError, match="CODEQUEST_API_KEY is empty"):
        read_key()
    monkeypatch.setenv("CODEQUEST_API_KEY", "abc\n")
    assert read_key() == "abc"


def test_a_server_that_others_reach_says_that_it_has_no_key() -> None:
    from codequest.integrations.server.listening import warn_if_open

    with bind("0.0.0.0", 0) as everywhere, bind("127.0.0.1", 0) as here:
        warn_if_open(here, None)
        warn_if_open(everywhere, "key")
        with pytest.warns(CodequestWarning, match="Everyone who reaches http://0.0.0.0:.*CODEQUEST_API_KEY is not set"):
            warn_if_open(everywhere, None)

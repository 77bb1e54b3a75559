"""Connections: whatever a client does with its socket, and for how long it holds one."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

pytest.importorskip("uvicorn")

from codequest import QueryEncoder
from codequest.integrations.server import Limits, bind
from codequest.integrations.server.app import build_app
from codequest.integrations.server.listening import server_of
from tests.integrations.server.conftest import Running

BODY = b'{"model": "tiny-static", "input": "sort a list"}'
ASK = b"POST /v1/embeddings HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
LIMITS = Limits(request_seconds=0.5)


@contextmanager
def serving(folder: Path, *, connections: int | None = None) -> Iterator[tuple[str, int]]:
    """The server as `codequest serve` configures it, in a thread; leaving it waits until it has stopped."""
    encoder = QueryEncoder.from_pretrained(folder, device="cpu")
    server = server_of(build_app(encoder, name="tiny-static", key=None, limits=LIMITS))
    server.config.limit_concurrency = connections or server.config.limit_concurrency
    bound = bind("127.0.0.1", 0)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # or the system takes megabytes that nobody reads
    place = bound.getsockname()
    thread = threading.Thread(target=server.run, args=([bound],))
    thread.start()
    try:
        patience = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < patience
            time.sleep(0.01)
        yield place
    finally:
        server.should_exit = True
        thread.join(timeout=60)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def place(static_folder: Path) -> Iterator[tuple[str, int]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("codequest.integrations.server.connections.RECEIVING", 1.5)
        with serving(static_folder) as place:
            yield place


def exchange(place: tuple[str, int], *sent: bytes) -> bytes:
    """Everything that the server answers until it closes the connection."""
    with socket.create_connection(place, timeout=30) as connection:
        for part in sent:
            connection.sendall(part)
        return received(connection)


def received(connection: socket.socket) -> bytes:
    answer = b""
    try:
        while part := connection.recv(65536):
            answer += part
    except ConnectionResetError:
        pass
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


def closing(request: bytes) -> bytes:
    return request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)


WHOLE = closing(ASK % len(BODY)) + BODY

STRANGE = {
    "HTTP/1.0": (ASK.replace(b"1.1", b"1.0") % len(BODY) + BODY, [200]),
    "pipelined": (ASK % len(BODY) + BODY + HEALTH + WHOLE, [200, 200, 200]),
    "an upgrade": (
        closing(HEALTH).replace(b"Connection: close", b"Connection: close, Upgrade\r\nUpgrade: websocket"),
        [200],
    ),
    "a broken host": (closing(HEALTH).replace(b"/health", b"/nowhere").replace(b"Host: x", b"Host: ["), [404]),
    "10,000 headers": (
        HEALTH[:-2] + b"".join(b"h%d: %040d\r\n" % (number, 0) for number in range(10_000)) + b"\r\n",
        [400],
    ),
    "a header without end": (HEALTH[:-2] + b"a: " + b"b" * 200_000, [400]),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [400]),
    "a length that is none": (HEALTH[:-2] + b"Content-Length: 1e3\r\n\r\n", [400]),
    "a length of 5,000 digits": (HEALTH[:-2] + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", [400]),
    "two lengths": (HEALTH[:-2] + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", [400]),
    "a length too small": (ASK % 10 + BODY, [400]),
    "a body where none belongs": (closing(HEALTH)[:-2] + b"Content-Length: 4\r\n\r\nabcd", [200]),
    "a broken chunk in the packet of its head": (
        ASK.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked") + b"3\r\nabc\r\nzz\r\n",
        [400],
    ),
    "a chunk that is none": (ASK.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked") + b"zz\r\n", [400]),
}


@pytest.mark.parametrize("case", STRANGE)
def test_a_strange_request_gets_its_answer_and_no_500(case: str, place: tuple[str, int]) -> None:
    request, expected = STRANGE[case]
    answer = exchange(place, request)
    found = statuses(answer.replace(b"HTTP/1.0 ", b"HTTP/1.1 "))
    assert found[: len(expected)] == expected
    assert statuses(exchange(place, WHOLE)) == [200]


UNFINISHED = {
    "nothing": b"",
    "half a line": b"POST /v1/emb",
    "half the headers": ASK[:40],
    "half a body": ASK % 1000 + BODY,
    "chunks": ASK.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n",
    "a body that nobody asked for": HEALTH[:-2] + b"Content-Length: 1000\r\n\r\na",
    "a second request": HEALTH + ASK[:40],
}


@pytest.mark.parametrize("case", UNFINISHED)
def test_a_request_that_never_ends_is_ended(case: str, place: tuple[str, int]) -> None:
    began = time.monotonic()
    answer = exchange(place, UNFINISHED[case])
    assert time.monotonic() - began < 10
    bodies = case in ("half a body", "chunks")
    assert statuses(answer) == ([408] if bodies else [200] if UNFINISHED[case].startswith(b"GET") else [])
    if bodies:
        assert b"did not arrive within 0.5 seconds" in answer


def test_a_client_that_sends_drop_by_drop_is_ended_too(place: tuple[str, int]) -> None:
    began = time.monotonic()
    with socket.create_connection(place, timeout=30) as connection, pytest.raises(OSError, match=r"reset|pipe"):
        drip(connection)
    assert time.monotonic() - began < 10


def drip(connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(b"a")
        time.sleep(0.1)


@contextmanager
def unread(place: tuple[str, int]) -> Iterator[socket.socket]:
    """A client that asks for megabytes and reads none of them."""
    body = json.dumps({"model": "tiny-static", "input": ["sort a list"] * 2048}).encode()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(place)
        connection.settimeout(30)
        connection.sendall(ASK % len(body) + body)
        yield connection


def test_an_answer_that_nobody_reads_is_given_up(place: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codequest.integrations.server.connections.SENDING", 0.5)
    with unread(place) as connection:
        time.sleep(3)
        assert not received(connection).endswith(b"}}\r\n0\r\n\r\n")
    with unread(place) as connection:
        assert received_whole(connection).endswith(b"}}\r\n0\r\n\r\n")


def test_an_answer_that_is_read_in_drops_is_given_up(place: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codequest.integrations.server.connections.ANSWERING", 1.0)
    with unread(place) as connection:
        answer = b""
        with suppress(ConnectionResetError):
            for _ in range(20):
                time.sleep(0.1)
                answer += connection.recv(65536)
        assert not (answer + received(connection)).endswith(b"}}\r\n0\r\n\r\n")


def received_whole(connection: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\r\n0\r\n\r\n"):
        answer += connection.recv(65536)
    return answer


def test_no_slow_client_holds_a_stopping_server(static_folder: Path) -> None:
    with serving(static_folder) as place:
        held = [socket.create_connection(place) for _ in UNFINISHED]
        for connection, sent in zip(held, UNFINISHED.values(), strict=True):
            connection.sendall(sent)
        with unread(place):
            time.sleep(1)
            stops = time.monotonic()
    assert time.monotonic() - stops < 15
    for connection in held:
        connection.close()


def test_the_connection_of_the_command_is_this_one(guarded: Running) -> None:
    host, _, port = guarded.address.removeprefix("http://").partition(":")
    assert statuses(exchange((host, int(port)), STRANGE["10,000 headers"][0])) == [400]


def test_one_connection_too_many_is_refused_with_the_headers_of_every_answer(static_folder: Path) -> None:
    with serving(static_folder, connections=3) as place:
        with socket.create_connection(place), socket.create_connection(place):
            time.sleep(0.2)
            refused = exchange(place, closing(HEALTH))
        head, _, body = refused.lower().partition(b"\r\n\r\n")
        assert statuses(refused) == [503]
        assert b"too many connections" in body
        for header in (b"content-security-policy: default-src 'none'", b"x-content-type-options: nosniff"):
            assert header in head
        for header in (b"cache-control: no-store", b"connection: close", b"cross-origin-resource-policy: same-origin"):
            assert header in head
        patience = time.monotonic() + 10
        while statuses(exchange(place, WHOLE)) != [200]:
            assert time.monotonic() < patience

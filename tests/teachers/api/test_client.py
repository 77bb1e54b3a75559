"""What API teachers do when the other side fails: retries, errors, and what the cache keeps."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.errors import TeacherError
from codequest.teachers import ApiTeacher, CachedTeacher
from codequest.teachers.api import client as api_client
from tests.teachers.api.made import make
from tests.teachers.api_server import DIM, DROP, ApiServer, Fault, Seen, expected

TEXTS = [f"text number {number}" for number in range(12)]
BUSY = Fault(429, "slow down")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, float | None]]:
    """Every pause before another attempt, as (attempt, seconds asked for); none is really made."""
    seen: list[tuple[int, float | None]] = []
    monkeypatch.setattr(api_client, "pause", lambda attempt, asked: (seen.append((attempt, asked)), 0.0)[1])
    return seen


@pytest.mark.parametrize(
    "fault",
    [*(Fault(status, "sorry") for status in (408, 409, 429, 500, 502, 503, 504, 529)), DROP, Fault(200, "<html>")],
    ids=lambda fault: fault.text + str(fault.status),
)
def test_passing_faults_are_tried_again(server: ApiServer, waits: list[Any], fault: Fault) -> None:
    server.faults += [fault, fault]
    np.testing.assert_allclose(make(server).encode_queries(["a"]), expected(["a"]), atol=1e-6)
    assert len(server.seen) == 3
    assert waits == [(0, None), (1, None)]


def test_malformed_json_of_every_kind_is_tried_again(server: ApiServer, waits: list[Any]) -> None:
    server.faults += [Fault(200, text) for text in ('{"data": [', "[]", "7", "null", '"x"')]
    np.testing.assert_allclose(make(server).encode_queries(["a"]), expected(["a"]), atol=1e-6)
    assert len(server.seen) == 6


def test_retry_after_is_honored(server: ApiServer, waits: list[Any]) -> None:
    date = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=90), usegmt=True)
    past = format_datetime(datetime.now(timezone.utc) - timedelta(seconds=90), usegmt=True)
    values = ["2", "0.5", date, past, "soon"]
    server.faults += [Fault(429, "x", {"Retry-After": value}) for value in values]
    make(server).encode_queries(["a"])
    asked = [seconds for _, seconds in waits]
    assert (asked[:2], asked[3:]) == ([2.0, 0.5], [0.0, None])
    assert asked[2] == pytest.approx(90, abs=15)


def test_the_pause_is_really_made(server: ApiServer) -> None:
    server.faults.append(Fault(429, "x", {"Retry-After": "1"}))
    make(server).encode_queries(["a"])
    assert server.seen[1].at - server.seen[0].at >= 1


def test_pauses_grow_and_differ() -> None:
    for attempt, longest in enumerate([0.5, 1, 2, 4, 8, 16, 32, 60, 60]):
        pauses = {api_client.pause(attempt, None) for _ in range(20)}
        assert longest / 2 <= min(pauses) < max(pauses) <= longest
    assert 30 <= api_client.pause(0, 30.0) <= 30.5


def test_giving_up_says_what_was_tried(server: ApiServer, waits: list[Any]) -> None:
    server.faults += [Fault(503, "overloaded")] * 20
    with pytest.raises(TeacherError, match=r"openai:m at http.* failed after 8 attempts: HTTP 503: overloaded .*kept"):
        make(server).encode_queries(["a"])
    assert len(server.seen) == 8


def test_a_wait_of_hours_is_an_error_at_once(server: ApiServer, waits: list[Any]) -> None:
    server.faults.append(Fault(429, "daily quota", {"Retry-After": "7200"}))
    with pytest.raises(TeacherError, match=r"HTTP 429: daily quota It asks to wait 7200 seconds: run again then"):
        make(server).encode_queries(["a"])
    assert (len(server.seen), waits) == (1, [])


def test_an_empty_account_is_not_waited_for(server: ApiServer, waits: list[Any]) -> None:
    server.faults.append(Fault(429, json.dumps({"error": {"code": "insufficient_quota"}})))
    with pytest.raises(TeacherError, match="insufficient_quota"):
        make(server).encode_queries(["a"])
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, r"failed: HTTP 400: nope Check the model, its dimensions, and the number \(max_texts\)"),
        (401, "failed: HTTP 401: nope Expected a valid key with access to this model in TEST_API_KEY"),
        (403, "failed: HTTP 403: nope Expected a valid key"),
        (404, "failed: HTTP 404: nope Check the name of the model and base_url"),
        (307, "failed: HTTP 307: nope Check the model"),
    ],
)
def test_refusals_are_not_repeated(server: ApiServer, waits: list[Any], status: int, message: str) -> None:
    server.faults.append(Fault(status, "nope", {"Location": "http://127.0.0.1:9/elsewhere"}))
    teacher = make(server)
    with pytest.raises(TeacherError, match=message):
        teacher.encode_queries(["a"])
    assert (len(server.seen), waits, teacher.tokens_spent) == (1, [], 0)


def test_an_unknown_model_is_named(server: ApiServer) -> None:
    with pytest.raises(TeacherError, match=r"openai:unknown at http.*404.*model `unknown` does not exist"):
        make(server, model="unknown").encode_queries(["a"])


def test_an_address_where_nothing_is_fails_at_once(waits: list[Any]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    teacher = ApiTeacher("openai", "m", base_url=f"http://127.0.0.1:{port}/v1", dimensions=DIM)
    with pytest.raises(TeacherError, match=rf"127.0.0.1:{port}/v1/embeddings failed: ConnectError.*Check base_url"):
        teacher.encode_queries(["a"])
    assert (waits, teacher.tokens_spent) == ([], 0)


def test_a_service_that_goes_away_is_waited_for(waits: list[Any]) -> None:
    with ApiServer().running() as going:
        going.key = None
        teacher = ApiTeacher("openai", "m", base_url=going.url("openai"), dimensions=DIM)
        teacher.encode_queries(["a"])
    with pytest.raises(TeacherError, match="failed after 8 attempts: ConnectError"):
        teacher.encode_queries(["a"])


def replaced(change: Any) -> Fault:
    return Fault(change=change)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (replaced(lambda rows: rows[:-1]), "openai:m returned 1 vector for 2 texts; nothing tells which are missing"),
        (replaced(lambda rows: [*rows, rows[0]]), "openai:m returned 3 vectors for 2 texts"),
        (replaced(lambda rows: [row[:5] for row in rows]), "returned vectors of dim 5, expected 8. Does the address"),
        (replaced(lambda rows: [rows[0], rows[1][:5]]), r"returned 'data' that are no vectors of one length"),
        (replaced(lambda rows: [rows[0], "x"]), r"returned 'data' that are no vectors of one length"),
        (replaced(lambda rows: [7.0, 8.0]), r"returned vectors of shape \(2,\), expected one vector for each text"),
        (replaced(lambda rows: [rows[0], [float("nan")] * DIM]), "openai:m returned NaN or infinity for 1 of 2 texts"),
        (replaced(lambda rows: [rows[0], [None] * DIM]), "openai:m returned NaN or infinity for 1 of 2 texts"),
        (Fault(200, '{"error": "busy"}'), r"openai:m answered without 'data'; it gave \['error'\].*check base_url"),
        (Fault(200, '{"data": {}}'), r"answered without 'data'; it gave \['data'\]"),
        (Fault(200, '{"data": [{"index": 0}, {"index": 1}]}'), r"no vectors of one length \(KeyError: 'embedding'\)"),
        (
            Fault(200, '{"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [1]}]}'),
            r"no vectors of one length \(KeyError: 1\)",
        ),
    ],
)
def test_answers_that_cannot_be_right_are_refused(server: ApiServer, fault: Fault, message: str) -> None:
    server.faults.append(fault)
    with pytest.raises(TeacherError, match=message):
        make(server).encode_queries(["a", "b"])
    assert len(server.seen) == 1


def test_what_came_before_a_failure_is_kept(server: ApiServer, tmp_path: Path) -> None:
    server.faults += [Fault(), Fault(), replaced(lambda rows: [row[:5] for row in rows])]
    teacher = CachedTeacher(make(server, max_texts=3, concurrency=1), tmp_path / "cache.sqlite")
    with pytest.raises(TeacherError, match=r"dim 5, expected 8.*already in a cache are kept"):
        teacher.encode_queries(TEXTS)
    paid = server.texts()[:6]
    server.seen.clear()
    np.testing.assert_allclose(teacher.encode_queries(TEXTS), expected(TEXTS), atol=1e-6)
    assert sorted(server.texts()) == sorted(set(TEXTS) - set(paid))


def test_requests_under_way_at_a_failure_are_kept(server: ApiServer, tmp_path: Path) -> None:
    together = threading.Barrier(4)
    server.before = lambda request: (together.wait(20), time.sleep(0.0 if request is server.seen[0] else 0.2))[0]
    server.faults.append(Fault(400, "this one is refused"))
    teacher = CachedTeacher(make(server, max_texts=2, concurrency=4), tmp_path / "cache.sqlite")
    with pytest.raises(TeacherError, match="this one is refused"):
        teacher.encode_queries(TEXTS)
    assert len(server.seen) == 4  # none was begun afterwards
    paid = {text for request in server.seen[1:] for text in request.texts}
    server.seen.clear()
    server.before = lambda request: None
    np.testing.assert_allclose(teacher.encode_queries(TEXTS), expected(TEXTS), atol=1e-6)
    assert sorted(server.texts()) == sorted(set(TEXTS) - paid)


def test_a_pause_ends_when_another_request_has_failed(server: ApiServer) -> None:
    together = threading.Barrier(2)
    server.before = lambda request: together.wait(20) if len(server.seen) <= 2 else None
    server.faults += [Fault(429, "x", {"Retry-After": "200"}), Fault(400, "refused")]
    started = time.monotonic()
    with pytest.raises(TeacherError, match="refused"):
        make(server, max_texts=6, concurrency=2).encode_queries(TEXTS)
    assert time.monotonic() - started < 100


def test_the_limit_keeps_what_was_paid_for(server: ApiServer, tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with pytest.raises(TeacherError, match=r"limit of 40 tokens is reached.*not paid for again"):
        CachedTeacher(make(server, max_texts=2, concurrency=2, max_tokens_total=40), path).encode_queries(TEXTS)
    first = server.texts()
    assert 2 <= len(first) < len(TEXTS)
    np.testing.assert_allclose(CachedTeacher(make(server), path).encode_queries(TEXTS), expected(TEXTS), atol=1e-6)
    assert sorted(server.texts()) == sorted(TEXTS)  # every text was paid for once


RUN = """
import sys
from codequest.teachers import ApiTeacher, CachedTeacher
from tests.teachers.api.test_client import TEXTS
teacher = ApiTeacher("openai", "m", base_url=sys.argv[1], key_variable="TEST_API_KEY", dimensions=8, max_texts=2,
                     concurrency=2)
print("ready", flush=True)
CachedTeacher(teacher, sys.argv[2]).encode_queries(TEXTS)
"""


def stopped_run(server: ApiServer, path: Path, how: signal.Signals, *, release: threading.Event) -> str:
    """Stop a run in another process while its third and fourth requests are under way; returns what it said."""
    third = threading.Event()

    def hold(request: Seen) -> None:
        if len(server.seen) > 3:
            third.set()
        if request not in server.seen[:2]:
            release.wait(60)

    server.before = hold
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", RUN, server.url("openai"), str(path)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert third.wait(120), process.communicate()
        process.send_signal(how)
        if how == signal.SIGINT:
            time.sleep(0.5)
            release.set()
        _, errors = process.communicate(timeout=60)
    release.set()
    assert process.returncode != 0
    server.before = lambda request: None
    return errors


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize(("how", "kept"), [(signal.SIGKILL, 4), (signal.SIGINT, 8)])
def test_a_stopped_run_goes_on_without_paying_twice(
    server: ApiServer, tmp_path: Path, how: signal.Signals, kept: int
) -> None:
    path = tmp_path / "cache.sqlite"
    errors = stopped_run(server, path, how, release=threading.Event())
    assert ("KeyboardInterrupt" in errors) == (how == signal.SIGINT)
    requests = len(server.seen)
    assert requests == 4
    answered = server.texts()[:kept]  # a kill loses what is under way; an interrupt waits for it
    server.seen.clear()
    vectors = CachedTeacher(make(server, max_texts=2), path).encode_queries(TEXTS)
    np.testing.assert_allclose(vectors, expected(TEXTS), atol=1e-6)
    assert sorted(server.texts()) == sorted(set(TEXTS) - set(answered))
    assert len(server.seen) == 6 - kept // 2

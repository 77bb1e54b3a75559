"""Paths, methods and keys."""

from __future__ import annotations

import httpx
import pytest

from tests.integrations.server.conftest import KEY, Running


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/embeddings", 405), ("POST", "/v1/completions", 404), ("GET", "/", 404), ("DELETE", "/health", 405)],
)
def test_other_paths_and_methods_are_errors_in_the_same_format(
    server: Running, method: str, path: str, status: int
) -> None:
    answer = httpx.request(method, server.address + path)
    assert answer.status_code == status
    assert f"{method} {path}. Expected POST /v1/embeddings" in answer.json()["error"]["message"]


def test_a_missing_key_is_401_and_health_and_metrics_stay_open(guarded: Running) -> None:
    for headers in ({}, {"Authorization": KEY}, {"Authorization": f"Basic {KEY}"}, {"Authorization": "Bearer é"}):
        raw = {name: value.encode() for name, value in headers.items()}
        answer = guarded.post(json={"model": "tiny-static", "input": "search"}, headers=raw)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert httpx.get(f"{guarded.address}/v1/models").status_code == 401
    assert httpx.get(f"{guarded.address}/health").json() == {"status": "ok", "model": "tiny-static"}
    assert httpx.get(f"{guarded.address}/metrics").headers["content-type"].startswith("text/plain; version=")

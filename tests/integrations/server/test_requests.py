"""Requests that are refused, and what is counted of all of them."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.integrations.server.conftest import KEY, Running


def body(**changes: object) -> dict[str, object]:
    return {"model": "tiny-lora", "input": "search", **changes}


REFUSED = {
    "no JSON": ({"content": b"{"}, "The body is not JSON"),
    "no UTF-8": ({"content": b'{"input": "\xff"}'}, "The body is not JSON"),
    "too deep": ({"content": b"[" * 100_000}, "The body is not JSON"),
    "no object": ({"json": [1]}, "must be a JSON object, got list"),
    "no model": ({"json": {"input": "search"}}, "model must be the name of a model, got None. Use 'tiny-lora'"),
    "no input": ({"json": {"model": "tiny-lora"}}, "input must be a string or a list of strings, not empty, got None"),
    "no items": ({"json": body(input=[])}, "not empty"),
    "an object": ({"json": body(input={"a": 1})}, "input must be a string or a list of strings"),
    "a mixed list": ({"json": body(input=["a", 1])}, r"input\[1\] must be a string, got int: 1"),
    "an empty text": ({"json": body(input=["a", " "])}, r"input\[1\] is empty or only whitespace"),
    "too many": ({"json": body(input=["a"] * 2049)}, "input has 2,049 items; at most 2,048"),
    "encoding": ({"json": body(encoding_format="hex")}, "encoding_format must be 'float' or 'base64', got 'hex'"),
    "dimensions": ({"json": body(dimensions=48.0)}, "dimensions must be 48 or left out, got 48.0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_request_is_400_in_openais_format(server: Running, case: str) -> None:
    options, message = REFUSED[case]
    answer = server.post(**options)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert sorted(error) == ["code", "message", "param", "type"]
    assert error["type"] == "invalid_request_error"
    with pytest.raises(ValueError, match=message):
        raise ValueError(error["message"])


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_413_and_the_server_goes_on(server: Running, announced: bool) -> None:
    large = json.dumps(body(input="a" * (5 << 20))).encode()
    answer = server.post(content=large if announced else (large[i : i + 65536] for i in range(0, len(large), 65536)))
    assert answer.status_code == 413
    assert "larger than 4,194,304 bytes" in answer.json()["error"]["message"]
    assert server.post(json=body()).status_code == 200


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


def test_characters_that_no_tokenizer_knows_are_read_as_the_replacement_character(server: Running) -> None:
    content = b'{"model": "tiny-lora", "input": ["a\\ud800b", "a\\u0000b", "a\\ufffdb"]}'
    vectors = [one["embedding"] for one in server.post(content=content).json()["data"]]
    assert vectors[0] == pytest.approx(vectors[2], abs=1e-6)
    assert vectors[1] == pytest.approx(vectors[2], abs=1e-6)


def test_a_missing_key_is_401_and_health_and_metrics_stay_open(guarded: Running) -> None:
    for headers in ({}, {"Authorization": KEY}, {"Authorization": f"Basic {KEY}"}, {"Authorization": "Bearer é"}):
        raw = {name: value.encode() for name, value in headers.items()}
        answer = guarded.post(json={"model": "tiny-static", "input": "search"}, headers=raw)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert httpx.get(f"{guarded.address}/v1/models").status_code == 401
    assert httpx.get(f"{guarded.address}/health").json() == {"status": "ok", "model": "tiny-static"}
    assert httpx.get(f"{guarded.address}/metrics").headers["content-type"].startswith("text/plain; version=")


def test_metrics_count_requests_errors_queries_tokens_and_batches(guarded: Running) -> None:
    bearer = {"Authorization": f"Bearer {KEY}"}
    before = guarded.metrics()
    for texts in (["search"], ["read file", "open http"]):
        guarded.post(json={"model": "tiny-static", "input": texts}, headers=bearer)
    guarded.post(json={"model": "tiny-static"}, headers=bearer)
    after = guarded.metrics()
    gained = {name: after[name] - before.get(name, 0) for name in after}
    assert gained['codequest_requests_total{path="/v1/embeddings",status="200"}'] == 2
    assert gained['codequest_requests_total{path="/v1/embeddings",status="400"}'] == 1
    assert gained['codequest_errors_total{path="/v1/embeddings",status="400"}'] == 1
    assert gained['codequest_request_seconds_count{path="/v1/embeddings"}'] == 3
    assert gained["codequest_queries_total"] == 3
    assert gained["codequest_tokens_total"] == 5
    assert gained["codequest_batch_queries_count"] == 2
    assert gained['codequest_batch_queries_bucket{le="1.0"}'] == 1
    assert after["codequest_waiting_queries"] == 0

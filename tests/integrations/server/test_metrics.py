"""What the server counts."""

from __future__ import annotations

import httpx

from tests.integrations.server.conftest import KEY, Running


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


def test_paths_and_methods_that_somebody_makes_up_add_no_series(guarded: Running) -> None:
    def series(number: int) -> int:
        for method in ("GET", "POST", f"MADE-UP{number}"):
            httpx.request(method, f"{guarded.address}/made-up/{number}?a={number}")
        return len(guarded.metrics())

    first = series(0)
    assert {series(number) for number in range(1, 9)} == {first}

"""ServerMetrics: what a server counts, for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_QUERIES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_OTHER = "other"


class ServerMetrics:
    """Counters of one server.

    Args:
        paths: Those that are counted by their name; all others count as ``other``.
    """

    def __init__(self, paths: tuple[str, ...]) -> None:
        self._paths = paths
        self._registry = registry = CollectorRegistry()
        by = ["path", "status"]
        self._requests = Counter("codequest_requests", "Requests answered", by, registry=registry)
        self._errors = Counter("codequest_errors", "Requests answered with status 400 or above", by, registry=registry)
        self._latency = Histogram(
            "codequest_request_seconds",
            "From a request's headers to its answer",
            ["path"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._queries = Counter("codequest_queries", "Queries embedded", registry=registry)
        self._tokens = Counter("codequest_tokens", "Tokens of the queries embedded", registry=registry)
        self._batches = Histogram(
            "codequest_batch_queries", "Queries embedded together", buckets=_QUERIES, registry=registry
        )
        self._waiting = Gauge("codequest_waiting_queries", "Queries that wait for their batch", registry=registry)

    def watch(self, waiting: Callable[[], int]) -> None:
        """Ask this for the number of waiting queries."""
        self._waiting.set_function(waiting)

    def embedded(self, queries: int, tokens: int) -> None:
        """Count the queries of a request that was answered."""
        self._queries.inc(queries)
        self._tokens.inc(tokens)

    def batch(self, queries: int) -> None:
        """Count a forward pass."""
        self._batches.observe(queries)

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count a request."""
        path = path if path in self._paths else _OTHER
        self._requests.labels(path, str(status)).inc()
        if status >= 400:
            self._errors.labels(path, str(status)).inc()
        self._latency.labels(path).observe(seconds)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)


class Measured:
    """ASGI middleware: every request is counted and timed."""

    def __init__(self, app: ASGIApp, metrics: ServerMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500  # what an unexpected exception becomes further out

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        finally:
            self._metrics.answered(scope["path"], status, time.perf_counter() - began)

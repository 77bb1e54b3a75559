"""The server's routes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import numpy as np
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from codequest.encoders import QueryEncoder
from codequest.integrations.server.access import KeyRequired
from codequest.integrations.server.batching import Batcher, Embedded, OverloadedError
from codequest.integrations.server.bodies import read_body
from codequest.integrations.server.holding import LargeRequests, held_by
from codequest.integrations.server.limits import Limits
from codequest.integrations.server.metrics import Measured, ServerMetrics
from codequest.integrations.server.replies import ApiError, embeddings_response, error_response, refused
from codequest.integrations.server.requests import check_model, parse_request


def build_app(encoder: QueryEncoder, *, name: str, key: str | None, limits: Limits) -> Starlette:
    """The ASGI application that serves one encoder.

    Args:
        encoder: Embeds the queries.
        name: Model name that clients send.
        key: Key that clients must send; None lets everyone in.
        limits: Limits of batches and requests.
    """
    endpoints = _EncoderRoutes(encoder, name, limits)
    routes = [
        Route("/v1/embeddings", endpoints.embeddings, methods=["POST"]),
        Route("/v1/models", endpoints.models),
        Route("/v1/models/{name:path}", endpoints.model),
        Route("/health", endpoints.health),
        Route("/metrics", endpoints.measured),
    ]
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Measured, metrics=endpoints.metrics),
            Middleware(KeyRequired, key=key),
            Middleware(LargeRequests, limits=limits),
        ],
        exception_handlers={ApiError: refused, HTTPException: _refused_by_route, Exception: _failed},
        lifespan=endpoints.lifespan,
    )


class _EncoderRoutes:
    def __init__(self, encoder: QueryEncoder, name: str, limits: Limits) -> None:
        self.metrics = ServerMetrics(("/v1/embeddings", "/v1/models", "/health", "/metrics"))
        self._encoder = encoder
        self._name = name
        self._limits = limits
        self._batcher: Batcher
        space = {**encoder.space.to_dict(), "fingerprint": encoder.space.fingerprint}
        about = {"id": name, "object": "model", "created": int(time.time()), "owned_by": "codequest"}
        self._about = {**about, "kind": encoder.kind, "space": space}

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """One batcher, in the event loop that serves."""
        self._batcher = Batcher(self._encoder, self._limits, observe=self.metrics.batch)
        self.metrics.watch(lambda: self._batcher.waiting)
        running = asyncio.create_task(self._batcher.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            self._batcher.close()

    async def embeddings(self, request: Request) -> Response:
        body = await read_body(request, self._limits)
        dim = self._encoder.space.dim
        asked = parse_request(body, model=self._name, dim=dim, most_items=self._limits.request_items)
        held_by(request.scope).add(len(asked.texts) * dim * np.dtype(np.float32).itemsize)
        embedded = await self._embedded(asked.texts, request)
        self.metrics.embedded(len(asked.texts), embedded.tokens)
        return embeddings_response(
            embedded.vectors, tokens=embedded.tokens, model=self._name, as_base64=asked.as_base64
        )

    async def _embedded(self, texts: list[str], request: Request) -> Embedded:
        """Vectors of the texts, unless the client goes away: what nobody waits for is not computed."""
        embedding, leaving = asyncio.ensure_future(self._batcher.embed(texts)), asyncio.ensure_future(_gone(request))
        try:
            await asyncio.wait((embedding, leaving), return_when=asyncio.FIRST_COMPLETED)
            if embedding.done():
                return embedding.result()
        except OverloadedError as error:
            raise ApiError(str(error), status=503, code="overloaded", headers={"Retry-After": "1"}) from error
        finally:
            embedding.cancel()
            leaving.cancel()
        raise ApiError("The connection was closed before the answer was ready.")

    async def models(self, _: Request) -> Response:
        return JSONResponse({"object": "list", "data": [self._about]})

    async def model(self, request: Request) -> Response:
        check_model(request.path_params["name"], self._name)
        return JSONResponse(self._about)

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok", "model": self._name})

    async def measured(self, _: Request) -> Response:
        return Response(self.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _gone(request: Request) -> None:
    """Returns when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _refused_by_route(request: Request, error: Exception) -> Response:
    """No such path, or not with this method."""
    assert isinstance(error, HTTPException)
    asked = f"{request.method} {request.scope['path']}"  # a URL made with a broken Host cannot be read
    message = f"{error.detail}: {asked:.200}. Expected POST /v1/embeddings or GET /v1/models."
    return error_response(ApiError(message, status=error.status_code, headers=error.headers))


async def _failed(_: Request, error: Exception) -> Response:
    """The reason goes to the log, with its traceback, and not to the client."""
    return error_response(ApiError(f"The query could not be embedded ({type(error).__name__}).", status=500))

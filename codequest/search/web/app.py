"""The routes of the page and of its JSON API."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Collection
from dataclasses import asdict
from importlib import resources
from pathlib import PurePosixPath
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from codequest.errors import CodequestError, InvalidInputError
from codequest.integrations.server.replies import ApiError, error_response, refused
from codequest.search.hits import SearchFilters
from codequest.search.query.group import IndexGroup
from codequest.search.query.parsed_query import parse_query
from codequest.search.web.asked import Asked, read_filters
from codequest.search.web.guard import Guard
from codequest.search.web.snippets import highlighted
from codequest.texts import visible, visible_line

_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_KEPT = {"Cache-Control": "private, max-age=3600"}  # the icon: browsers fetch it again with every new address
_AT_ONCE = 2  # searches; a later one waits, and is not begun if its client has gone meanwhile


def build_app(indexes: IndexGroup, *, names: Collection[str] = (), loopback_only: bool = True) -> Starlette:
    """The ASGI application that serves one index, or several as one.

    Args:
        indexes: What is searched.
        names: Names of this machine that requests may use besides ``localhost``.
        loopback_only: Whether only this machine reaches it.
    """
    endpoints = _PageRoutes(indexes)
    return _GuardedApp(
        lambda app: Guard(app, names, loopback_only=loopback_only),
        routes=[
            Route("/api/search", endpoints.search),
            Route("/api/index", endpoints.stats),
            Route("/health", endpoints.health),
            Route("/{name:path}", endpoints.file),
        ],
        exception_handlers={
            ApiError: refused,  # what it quotes is quoted by `repr`
            CodequestError: _unusable,
            HTTPException: _refused_by_route,
            Exception: _failed,
        },
    )


class _GuardedApp(Starlette):
    """Application inside a guard: Starlette would put its answers to unforeseen errors outside of every middleware."""

    def __init__(self, guard: Callable[[ASGIApp], ASGIApp], **settings: Any) -> None:
        self._guard = guard
        super().__init__(**settings)

    def build_middleware_stack(self) -> ASGIApp:
        return self._guard(super().build_middleware_stack())


class _AsciiJson(JSONResponse):
    """JSON in ASCII: a name of a folder or of a teacher may hold what UTF-8 cannot."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


class _PageRoutes:
    def __init__(self, indexes: IndexGroup) -> None:
        self._indexes = indexes
        self._turns = asyncio.Semaphore(_AT_ONCE)
        page = resources.files("codequest.search.web") / "page"
        self._files = {file.name: file.read_bytes() for file in page.iterdir() if file.is_file()}

    async def search(self, request: Request) -> Response:
        asked = Asked.read(request.query_params)
        async with self._turns:
            if await request.is_disconnected():  # something else was typed meanwhile
                return Response(status_code=204)
            return _AsciiJson(await run_in_threadpool(self._found, asked))

    async def stats(self, request: Request) -> Response:
        filters = read_filters(request.query_params)
        return _AsciiJson(await run_in_threadpool(lambda: {**self._facets(filters), **self._about()}))

    async def health(self, _: Request) -> Response:
        return _AsciiJson({"status": "ok", "roots": [*map(str, self._indexes.roots)], "encoder": self._encoder})

    async def file(self, request: Request) -> Response:
        name = request.path_params["name"] or "index.html"
        if name not in self._files:
            raise HTTPException(404)
        suffix = PurePosixPath(name).suffix
        return Response(self._files[name], media_type=_TYPES[suffix], headers=_KEPT if suffix == ".svg" else None)

    @property
    def _encoder(self) -> str:
        encoder = self._indexes.indexes[0].encoder
        return encoder if isinstance(encoder, str) else "none" if encoder is None else encoder.kind

    def _found(self, asked: Asked) -> dict[str, Any]:
        began = time.perf_counter()
        hits = self._indexes.search(
            asked.query,
            limit=asked.limit,
            offset=asked.offset,
            filters=asked.filters,
            mode=asked.mode,
            regex=asked.regex,
            like=asked.like,
        )
        took = time.perf_counter() - began
        found = [hit.to_dict() for hit in hits]
        if asked.html:
            words = parse_query(asked.query).text
            for hit in found:  # names are shown as text, where marks of direction would put them in another order
                hit["html"] = highlighted(hit["text"], hit["language"], words)
                path = hit["path"] if self._indexes.is_one else f"{hit['root']}/{hit['path']}"
                hit |= {"path": visible_line(path), "symbol": visible_line(hit["symbol"])}
        stats = self._indexes.stats
        return {
            "query": asked.query,
            "mode": asked.mode,
            "encoder": self._encoder,
            "milliseconds": round(1000 * took, 1),
            "updated": stats.updated,
            "note": " ".join(self._indexes.notes(asked.query, asked.filters)),
            "taught": stats.taught,
            **self._facets(asked.filters, asked.query),
            "hits": found,
        }

    def _facets(self, filters: SearchFilters, query: str = "") -> dict[str, Any]:
        return {"facets": asdict(self._indexes.facets(filters, query))}

    def _about(self) -> dict[str, Any]:
        stats, run = self._indexes.stats, self._indexes.teacher_run
        return {
            "teaching": asdict(run) if run else None,
            "roots": [*map(str, self._indexes.roots)],
            "encoder": self._encoder,
            **{name: getattr(stats, name) for name in stats.__slots__ if name != "spaces"},
            "spaces": [{**space.to_dict(), "fingerprint": space.fingerprint} for space in stats.spaces],
        }


async def _unusable(_: Request, error: Exception) -> Response:
    """The index or its encoder cannot be used now; the message says what to do."""
    status, code = (400, None) if isinstance(error, InvalidInputError) else (503, "index_unusable")
    return error_response(ApiError(visible(str(error)), status=status, code=code))


async def _refused_by_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    asked = visible_line(f"{request.method} {request.scope['path']}"[:200])
    message = f"{error.detail}: {asked}. Expected GET /, /api/search, /api/index or /health."
    return error_response(ApiError(message, status=error.status_code, headers=error.headers))


async def _failed(_: Request, error: Exception) -> Response:
    """The reason goes to the log, with its traceback."""
    message = f"The search failed ({type(error).__name__}); the server's log says where. Other searches go on."
    return error_response(ApiError(message, status=500))

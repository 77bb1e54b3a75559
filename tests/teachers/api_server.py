"""A real HTTP server on loopback that answers as the embedding APIs do, and misbehaves when told to."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from tests.teachers.counting import vector_of

KEY = "sk-secret-0123456789-KEY"
DIM = 8
SIDES = {
    "openai": lambda body: "",
    "voyage": lambda body: body["input_type"],
    "cohere": lambda body: {"search_query": "query", "search_document": "document"}[body["input_type"]],
    "jina": lambda body: body.get("task", ""),
}
PATHS = {"openai": "/embeddings", "voyage": "/embeddings", "cohere": "/embed", "jina": "/embeddings"}


@dataclass
class Seen:
    """A request that the server got."""

    provider: str
    authorization: str | None
    body: dict[str, Any]
    at: float

    @property
    def texts(self) -> list[str]:
        return self.body["texts" if self.provider == "cohere" else "input"]


@dataclass
class Fault:
    """What to do with a request instead of embedding its texts.

    Attributes:
        status: Answered; 0 closes the connection without an answer.
        text: The body of the answer.
        headers: Of the answer.
        change: Alters the vectors of an answer that is otherwise right.
    """

    status: int = 200
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    change: Callable[[list[list[float]]], Any] | None = None


DROP = Fault(0)


class ApiServer:
    """Speaks every protocol, each below its own path.

    Attributes:
        seen: Every request, in order of arrival.
        faults: Taken one after another by the next requests.
        embed: Gives the vector of a text on a side.
        before: Called with every request before it is answered.
        most_at_once: The most requests that were ever under way together.
        tokens: What is reported as usage of a request; None reports nothing.
    """

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.faults: deque[Fault] = deque()
        self.embed: Callable[[str, str], Any] = lambda text, side: vector_of(side + text, DIM)
        self.before: Callable[[Seen], None] = lambda request: None
        self.tokens: Callable[[list[str]], int] | None = lambda texts: sum(map(len, texts))
        self.key: str | None = KEY
        self.most_at_once = 0
        self._under_way = 0
        self._closed = False
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True

    def url(self, provider: str) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/{provider}"

    def start(self) -> threading.Thread:
        """Serve until the process ends, or until `running` is left."""
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        return thread

    @contextmanager
    def running(self) -> Iterator[ApiServer]:
        thread = self.start()
        try:
            yield self
        finally:
            self._closed = True
            self._http.shutdown()
            self._http.server_close()
            thread.join()

    def texts(self) -> list[str]:
        """Every text that was sent, in order of arrival."""
        return [text for request in self.seen for text in request.texts]

    def answer(self, request: Seen) -> Fault:
        if self._closed:  # a connection that was kept alive
            return DROP
        with self._lock:
            self.seen.append(request)
            fault = self.faults.popleft() if self.faults else Fault()
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            self.before(request)
            if self.key is not None and request.authorization != f"Bearer {self.key}":
                return Fault(401, json.dumps({"error": {"message": f"Incorrect API key: {request.authorization}"}}))
            if request.body["model"] == "unknown":
                return Fault(404, json.dumps({"error": {"message": "The model `unknown` does not exist"}}))
            return self._embedded(request, fault) if fault.status == 200 and not fault.text else fault
        finally:
            with self._lock:
                self._under_way -= 1

    def _embedded(self, request: Seen, fault: Fault) -> Fault:
        side = SIDES[request.provider](request.body)
        vectors = [[float(number) for number in self.embed(text, side)] for text in request.texts]
        vectors = vectors if fault.change is None else fault.change(vectors)
        tokens = self.tokens(request.texts) if self.tokens else 0
        if request.provider == "cohere":
            meta = {"billed_units": {"input_tokens": tokens}} if self.tokens else {}
            return Fault(200, json.dumps({"id": "x", "embeddings": {"float": vectors}, "texts": [], "meta": meta}))
        rows = [{"object": "embedding", "index": at, "embedding": row} for at, row in enumerate(vectors)]
        usage = {"usage": {"prompt_tokens": tokens, "total_tokens": tokens}} if self.tokens else {}
        return Fault(200, json.dumps({"object": "list", "model": "m", "data": rows[::-1], **usage}))


def _handler(server: ApiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            _, provider, path = self.path.split("/", 2)
            if f"/{path}" != PATHS.get(provider):
                return self._send(Fault(404, "no such path"))
            seen = Seen(provider, self.headers.get("Authorization"), body, time.monotonic())
            return self._send(server.answer(seen))

        def _send(self, answer: Fault) -> None:
            if not answer.status:
                self.close_connection = True
                return
            data = answer.text.encode()
            try:
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(data)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)
            except OSError:  # whoever asked was killed
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def expected(texts: list[str], side: str = "") -> np.ndarray:
    """The vectors that the server gives."""
    return np.stack([vector_of(side + text, DIM) for text in texts])

"""A real HTTP server on loopback that streams chat completions as OpenAI's API does, and misbehaves when told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-secret-0123456789-KEY"
MODEL = "tiny-chat"


def event(data: Any) -> bytes:
    return b"data: " + (data if isinstance(data, bytes) else json.dumps(data).encode()) + b"\n\n"


def piece(text: str | None, finish: str | None = None) -> bytes:
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"id": "c", "object": "chat.completion.chunk", "model": MODEL, "choices": [choice]})


DONE = event(b"[DONE]")


def answered(*texts: str, finish: str = "stop") -> Reply:
    role = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
    first = event({"object": "chat.completion.chunk", "choices": [role]})
    usage = event({"object": "chat.completion.chunk", "choices": [], "usage": {"prompt_tokens": 1}})
    return Reply([first, *map(piece, texts), piece(None, finish), usage, DONE])


@dataclass
class Reply:
    """What to answer.

    Attributes:
        chunks: Of the body, each sent alone.
        status: Of the answer.
        kind: Content type.
        broken: Whether the connection is closed before the body has ended.
        headers: Further ones.
    """

    chunks: Sequence[bytes]
    status: int = 200
    kind: str = "text/event-stream; charset=utf-8"
    broken: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class ChatServer:
    """Serves ``/v1/chat/completions``.

    Attributes:
        reply: To every request with the right key, model and body.
        key: What clients must send; None lets everyone in.
        seen: Bodies of the requests.
        authorizations: Their headers.
    """

    def __init__(self) -> None:
        self.reply = answered("Nothing.")
        self.key: str | None = None
        self.seen: list[dict[str, Any]] = []
        self.authorizations: list[str | None] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @contextmanager
    def running(self) -> Iterator[ChatServer]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()

    def answer(self, path: str, authorization: str | None, body: dict[str, Any]) -> Reply:
        self.seen.append(body)
        self.authorizations.append(authorization)
        if path != "/v1/chat/completions":
            return Reply([b"<html>404 not found</html>"], 404, "text/html")
        if self.key is not None and authorization != f"Bearer {self.key}":
            return _refusal(401, f"Incorrect API key provided: {authorization}")
        if body["model"] != MODEL:
            return _refusal(404, f"The model `{body['model']}` does not exist")
        assert body["stream"] is True
        assert [message["role"] for message in body["messages"]] == ["system", "user"]
        return self.reply


def _refusal(status: int, message: str) -> Reply:
    return Reply([json.dumps({"error": {"message": message}}).encode()], status, "application/json")


def _handler(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = server.answer(self.path, self.headers.get("Authorization"), body)
            self.send_response(reply.status)
            for name, value in {"Content-Type": reply.kind, "Transfer-Encoding": "chunked", **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for chunk in reply.chunks:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                self.wfile.flush()
            if reply.broken:
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler

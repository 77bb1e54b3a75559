"""A server that speaks the hub's API, as far as pushing and loading adapters needs it, to huggingface_hub."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml

TOKEN = "hf_of_these_tests"


@dataclass
class Repository:
    private: bool
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Files by their path, by commit; in the order of time."""
    refs: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)


class Hub(ThreadingHTTPServer):
    """Repositories in memory. Weights go through the LFS protocol, other files into the commit itself."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, Repository] = {}
        self.large: dict[str, bytes] = {}
        self.requests: list[str] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running_hub() -> Iterator[Hub]:
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        self.server.requests.append(f"{self.command} {urlsplit(self.path).path}")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self._resolve(*found.groups())
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/(revision|tree)/([^/]+))?", path):
            return self._information(found[1], found[2] or "revision", found[3] or "main")
        return self._answer(404)

    def do_PUT(self) -> None:
        content = self._body()
        name = self.path.rpartition("/")[2]
        if hashlib.sha256(content).hexdigest() != name:
            return self._answer(400)
        self.server.large[name] = content
        return self._answer(200)

    def do_POST(self) -> None:
        body, path = self._body(), unquote(urlsplit(self.path).path)
        if path == "/api/validate-yaml":
            return self._validate(json.loads(body)["content"])
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._json(401, {"error": "Invalid username or password."})
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if found := re.fullmatch(r"/(.+)\.git/info/lfs/objects/batch", path):
            return self._json(200, {"transfer": "basic", "objects": self._uploads(json.loads(body)["objects"])})
        if found := re.fullmatch(r"/api/models/(.+)/preupload/main", path):
            files = json.loads(body)["files"]
            modes = [{"path": file["path"], "shouldIgnore": False, "uploadMode": _mode(file["path"])} for file in files]
            return self._json(200, {"files": modes})
        if found := re.fullmatch(r"/api/models/(.+)/commit/main", path):
            return self._commit(found[1], [json.loads(line) for line in body.splitlines()])
        if found := re.fullmatch(r"/api/models/(.+)/tag/main", path):
            repository = self.server.repositories[found[1]]
            repository.refs[json.loads(body)["tag"]] = repository.refs["main"]
            return self._json(200, {})
        return self._answer(404)

    def _create(self, asked: dict[str, Any]) -> None:
        name = f"{asked['organization']}/{asked['name']}"
        there = name in self.server.repositories
        self.server.repositories.setdefault(name, Repository(asked.get("visibility") == "private"))
        self._json(409 if there else 200, {"url": f"{self.server.endpoint}/{name}"})

    def _validate(self, card: str) -> None:
        """The hub wants a mapping in YAML, and results that are whole."""
        try:
            metadata = yaml.safe_load(re.match(r"---\n(.*?)\n---\n", card, re.DOTALL)[1])  # type: ignore[index]
            for result in metadata.get("model-index", [{"results": []}])[0]["results"]:
                assert result["task"]["type"]
                assert result["dataset"]["name"]
                assert result["dataset"]["type"]
                assert all(isinstance(metric["value"], (float, int)) for metric in result["metrics"])
        except (yaml.YAMLError, TypeError, KeyError, AssertionError) as error:
            return self._json(400, {"errors": [{"message": str(error)}]})
        return self._json(200, {"errors": [], "warnings": []})

    def _uploads(self, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
        missing = {one["oid"] for one in objects} - self.server.large.keys()
        return [
            one | ({"actions": {"upload": {"href": f"{self.server.endpoint}/large/{one['oid']}"}}})
            if one["oid"] in missing
            else one
            for one in objects
        ]

    def _commit(self, name: str, lines: list[dict[str, Any]]) -> None:
        repository = self.server.repositories[name]
        files = dict(repository.commits.get(repository.refs.get("main", ""), {}))
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                repository.messages.append(value["summary"])
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.server.large[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
        commit = hashlib.sha1(f"{name} {len(repository.commits)}".encode()).hexdigest()
        repository.commits[commit] = files
        repository.refs["main"] = commit
        url = f"{self.server.endpoint}/{name}/commit/{commit}"
        self._json(200, {"commitUrl": url, "commitOid": commit, "success": True})

    def _found(self, name: str, revision: str) -> tuple[str, dict[str, bytes]] | None:
        """The commit and its files; None, and answered, where the hub would refuse."""
        repository = self.server.repositories.get(name)
        hidden = repository is not None and repository.private
        if repository is None or (hidden and self.headers.get("Authorization") != f"Bearer {TOKEN}"):
            self._answer(401, code="RepoNotFound")
            return None
        commit = repository.refs.get(revision, revision)
        if commit not in repository.commits and revision != "main":
            self._answer(404, code="RevisionNotFound")
            return None
        return commit, repository.commits.get(commit, {})

    def _information(self, name: str, what: str, revision: str) -> None:
        found = self._found(name, revision)
        if found is None:
            return
        commit, files = found
        if what == "tree":
            self._json(200, [_entry(path, content) for path, content in files.items()])
        else:
            self._json(200, {"id": name, "sha": commit, "siblings": [{"rfilename": path} for path in files]})

    def _resolve(self, name: str, revision: str, path: str) -> None:
        found = self._found(name, revision)
        if found is None:
            return
        commit, files = found
        if path not in files:
            self._answer(404, code="EntryNotFound")
            return
        digest = hashlib.sha256(files[path]).hexdigest()
        self._answer(200, files[path], headers={"X-Repo-Commit": commit, "ETag": f'"{digest}"'})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _json(self, status: int, value: Any) -> None:
        self._answer(status, json.dumps(value).encode(), headers={"Content-Type": "application/json"})

    def _answer(
        self, status: int, content: bytes = b"", *, headers: dict[str, str] | None = None, code: str = ""
    ) -> None:
        self.send_response(status)
        for name, value in ((headers or {}) | ({"X-Error-Code": code} if code else {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _mode(path: str) -> str:
    return "lfs" if path.endswith((".safetensors", ".onnx", ".bin")) else "regular"


def _entry(path: str, content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    lfs = {"oid": digest, "size": len(content), "pointerSize": 100} if _mode(path) == "lfs" else None
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": digest[:40]}
    return entry | ({"lfs": lfs} if lfs else {})

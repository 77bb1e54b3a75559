"""`codequest mcp` as agents run it: a process on standard input and output, spoken to by the official client."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from codequest.errors import AdapterFormatError
from tests.cli.commands import run
from tests.search.conftest import FILES, write

pytest.importorskip("mcp")
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult


@pytest.fixture
def project(tmp_path: Path, tiny_teacher: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    root = write(tmp_path / "project", {**FILES, ".env": "KEY=sk-secret"})
    run("index", root, "--teacher", tiny_teacher)
    return root


def server(folder: Path, *options: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=["-m", "codequest", "mcp", *options], cwd=folder, env=dict(os.environ)
    )


def said(result: CallToolResult) -> str:
    [block] = result.content
    assert block.type == "text"
    return block.text


async def test_an_agent_searches_reads_and_asks_what_there_is(project: Path, tmp_path: Path) -> None:
    options = ("--path", str(project), "--mode", "lexical")
    async with Client(server(tmp_path, *options)) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == {"index_status", "read_source", "search_code"}
        found = await client.call_tool("search_code", {"query": "load entry", "paths": ["/src/"]})
        assert said(found).startswith("src/cache.py:4-6  Cache.load_entry  (function, python)\n    def load_entry")
        lines = await client.call_tool("read_source", {"path": "src/cache.py", "start": 4, "end": 4})
        assert said(lines) == "4|     def load_entry(self, key):\n… 2 more lines"
        refused = await client.call_tool("read_source", {"path": ".env"})
        assert refused.is_error
        assert "is not in the index of" in said(refused)
        status = await client.call_tool("index_status", {})
        assert said(status).startswith(f"5 files in 6 chunks of {project}, brought up to date 20")


async def test_an_index_is_made_for_the_first_question_and_one_made_later_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path / "cache"))
    folder = write(tmp_path / "new", FILES)
    async with Client(server(folder, "--mode", "lexical")) as client:
        assert said(await client.call_tool("search_code", {"query": "load_entry"})).startswith("src/cache.py:")
        write(folder, {"new.py": "def unicorn():\n    return 1\n"})
        run("index", folder, "--light", "--rebuild")
        assert said(await client.call_tool("search_code", {"query": "unicorn"})).startswith("new.py:1-2  unicorn")


def test_standard_output_carries_the_protocol_alone(project: Path, tiny_light: Path) -> None:
    """By hand, line by line, with a model loaded: even what is no JSON gets no other answer."""
    info = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    call = {"name": "search_code", "arguments": {"query": "read the file"}}
    requests = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": info},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
    ]
    command = [sys.executable, "-m", "codequest", "mcp", "--path", str(project), "--encoder", str(tiny_light)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers = []
        for request in requests:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            if "id" in request:
                answers.append(json.loads(process.stdout.readline()))
        rest, errors = process.communicate("no json\n", timeout=60)
    assert process.returncode == 0, errors
    assert [answer.get("id") for answer in answers] == [1, 2]
    assert answers[0]["result"]["serverInfo"]["name"] == "codequest"
    assert answers[1]["result"]["structuredContent"]["hits"]
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())
    assert f"Serving the index of {project}" in errors


INITIALIZE = {
    "jsonrpc": "2.0", "id": "first", "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}  # fmt: skip
STATUS = {"jsonrpc": "2.0", "id": "last", "method": "tools/call", "params": {"name": "index_status", "arguments": {}}}


def conversation(project: Path, lines: list[bytes]) -> list[Any]:
    """Answers of a server to these lines and to one good request after them."""
    command = [sys.executable, "-m", "codequest", "mcp", "--path", str(project), "--mode", "lexical"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        sent = [json.dumps(INITIALIZE).encode(), *lines, json.dumps(STATUS).encode()]
        writer = threading.Thread(
            target=lambda: [process.stdin.write(line + b"\n") for line in sent] and process.stdin.flush()
        )  # type: ignore[union-attr]
        writer.start()
        answers = []
        expected = sum(b'"id": "' in line for line in sent)
        while len(answers) < expected or all(answer["id"] != "last" for answer in answers):
            answers.append(json.loads(process.stdout.readline()))
        writer.join()
        process.stdin.close()
        answers += map(json.loads, process.stdout.read().splitlines())
        assert process.wait(timeout=60) == 0
    return answers


def test_requests_with_lone_surrogates_are_answered_and_so_is_what_cannot_be_read(project: Path) -> None:
    call = {"name": "search_code", "arguments": {"query": "load\ud800 entry"}}
    wrong = {"name": "search_code\ud800", "arguments": {}}
    lines = [
        {"jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": call},
        {"jsonrpc": "2.0", "id": "b", "method": "tools/call", "params": wrong},
        {"jsonrpc": "2.0", "id": "c", "method": "tools/call", "params": [1]},
    ]
    found = {answer["id"]: answer for answer in conversation(project, [json.dumps(line).encode() for line in lines])}
    assert found["a"]["result"]["structuredContent"]["hits"]
    assert found["b"]["result"]["isError"]
    assert found["c"]["error"]["code"] == -32600
    assert found["last"]["result"]["structuredContent"]["indexes"][0]["files"] == 5


@pytest.mark.slow
def test_every_one_of_thousands_of_broken_requests_is_answered(project: Path) -> None:
    draw = random.Random(7)
    lines = [broken_request(draw, number) for number in range(5000)]
    answers = conversation(project, lines)
    ids = Counter(answer["id"] for answer in answers)
    asked = {f"r{number}" for number, line in enumerate(lines) if b'"id": "' in line}
    assert len(asked) > 3000
    assert asked - set(ids) == set()
    assert max(count for id, count in ids.items() if id is not None) == 1


ODD = [None, True, 1.5, -1, 2**70, "\ud800", "\0", [], {}, [[]], "a" * 5000, "\u202e", {"a": 1}, float("nan"), 10**400]
NAMES = ["query", "limit", "paths", "kinds", "languages", "path", "start", "end", "\ud800"]
GLOBS = ["[z-a]", "*", "src/", "\ud800", "!", "**/" * 100, "a\\", "*a" * 300]
PATHS = ["src/cache.py", "../x", "/etc/passwd", "\0", "\ud800", "a" * 9000]
METHODS = ["ping", "tools/list", "resources/list", "nope", "\ud800", "completion/complete", "prompts/get", "tasks/get"]


def broken_request(draw: random.Random, number: int) -> bytes:
    """A request with something wrong in it, or a line that is none."""
    arguments: dict[str, Any] = {name: draw.choice(ODD) for name in NAMES if draw.random() < 0.3}
    chosen = {
        "query": ["load\ud800", "x", "\x1b", " ", "entry " * 5000],
        "paths": [GLOBS[:3], GLOBS[3:]],
        "path": PATHS,
    }
    arguments |= {name: draw.choice(values) for name, values in chosen.items() if draw.random() < 0.5}
    tool = draw.choice(["search_code", "read_source", "index_status", "nope", "\ud800"])
    request: dict[str, Any] = {"jsonrpc": "2.0", "id": f"r{number}", "method": "tools/call"}
    request["params"] = {"name": tool, "arguments": arguments}
    wrong: dict[str, list[Any]] = {"params": ODD, "method": [*METHODS, *ODD], "jsonrpc": ODD, "_meta": ODD}
    for name, values in wrong.items():
        if draw.random() < 0.1:
            request[name] = draw.choice(values)
    line = json.dumps(request).encode()
    if draw.random() > 0.1:
        return line
    bare = bytearray(line.replace(b'"id": "', b'"no": "'))
    bare[draw.randrange(len(bare))] = draw.choice(b'{}[]",:\\u\xff0 ')
    return draw.choice(
        [bytes(bare), b"", b"[]", b"null", b"{", b"[" * 100_000, b"\xff\xfe", b'{"id":1.5}', b"1" * 5000]
    )


def test_bad_options_end_it_at_once(project: Path) -> None:
    with pytest.raises(AdapterFormatError, match="No adapter 'none'"):
        run("mcp", "--path", project, "--encoder", "none")

"""What is read of a line, and what is answered where nothing can be."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("mcp")
from mcp_types import INVALID_REQUEST, PARSE_ERROR

from codequest.search.mcp.lines import read_message


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "id": "a", "method": "ping", "params": {"query": "日本 👩\u200d💻"}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "x"}},
    ],
)
def test_messages_are_passed_on(message: object) -> None:
    read = read_message(json.dumps(message))
    assert isinstance(read, str)
    assert json.loads(read) == message


def test_lone_surrogates_become_what_can_be_read() -> None:
    read = read_message(
        r'{"jsonrpc": "2.0", "id": "\ud800", "method": "x", "params": {"\udfff": "a\ud83d\ude00\ud800"}}'
    )
    assert isinstance(read, str)
    assert json.loads(read) == {"jsonrpc": "2.0", "id": "�", "method": "x", "params": {"�": "a😀�"}}


@pytest.mark.parametrize(
    ("line", "code", "id"),
    [
        ("no json", PARSE_ERROR, None),
        ("[" * 200_000, PARSE_ERROR, None),
        ("1" * 10_000, PARSE_ERROR, None),
        ("null", INVALID_REQUEST, None),
        ("[]", INVALID_REQUEST, None),
        ('{"id": 1}', INVALID_REQUEST, 1),
        ('{"jsonrpc": "1.0", "id": "\\ud800", "method": "ping"}', INVALID_REQUEST, "�"),
        ('{"jsonrpc": "2.0", "id": 2, "method": null}', INVALID_REQUEST, 2),
        ('{"jsonrpc": "2.0", "id": 3, "method": "ping", "params": [1]}', INVALID_REQUEST, 3),
        ('{"jsonrpc": "2.0", "id": 4, "method": "ping", "error": {"code": 1, "message": ""}}', INVALID_REQUEST, 4),
        ('{"jsonrpc": "2.0", "id": null, "method": "ping"}', INVALID_REQUEST, None),
        ('{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}', INVALID_REQUEST, None),
        ('{"jsonrpc": "2.0", "id": true, "method": "ping"}', INVALID_REQUEST, None),
        ('{"jsonrpc": "2.0", "id": [], "method": "ping"}', INVALID_REQUEST, None),
        (f'{{"jsonrpc": "2.0", "id": {10**40}, "method": "ping"}}', INVALID_REQUEST, None),
    ],
)
def test_what_is_no_message_is_answered(line: str, code: int, id: str | int | None) -> None:
    read = read_message(line)
    assert not isinstance(read, str)
    assert (read.id, read.error.code) == (id, code)
    assert json.loads(read.model_dump_json())["jsonrpc"] == "2.0"

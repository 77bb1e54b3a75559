"""Requests that are refused, and what is counted of all of them."""

from __future__ import annotations

import json

import pytest

from codequest.integrations.server.replies import ApiError
from codequest.integrations.server.requests import parse_request
from tests.integrations.server.conftest import Running


def body(**changes: object) -> dict[str, object]:
    return {"model": "tiny-lora", "input": "search", **changes}


REFUSED = {
    "no JSON": ({"content": b"{"}, "The body is not JSON"),
    "no UTF-8": ({"content": b'{"input": "\xff"}'}, "The body is not JSON"),
    "too deep": ({"content": b'{"model": ' + b"[" * 200_000}, "The body is not JSON: it is nested too deeply"),
    "a deep input": (
        {"content": b'{"model": "tiny-lora", "input": ' + b"[" * 999 + b"]" * 999 + b"}"},
        "deeply|must be",
    ),
    "half a character": (
        {"content": b'{"model": "tiny-lora", "input": "a\\ud800"}'},
        "not JSON: it ends too early, or holds one half of a surrogate pair",
    ),
    "half a character and more": (
        {"content": b'{"model": "tiny-lora", "input": "a\\ud800 list"}'},
        "The body is not JSON: .*surrogate",
    ),
    "a long input that is no UTF-8": (
        {"content": b'{"model": "tiny-lora", "input": "' + b"\xff" * 2000 + b'"}'},
        "The body is not JSON: 'utf-8' codec can't decode byte 0xff",
    ),
    "no number": ({"content": b'{"model": "tiny-lora", "input": NaN}'}, "The body is not JSON"),
    "infinity": ({"content": b'{"model": "tiny-lora", "input": "a", "user": -Infinity}'}, "The body is not JSON"),
    "5,000 digits": (
        {"content": b'{"model": "tiny-lora", "input": "a", "dimensions": ' + b"7" * 5000 + b"}"},
        "The body is not JSON: it holds a number with thousands of digits",
    ),
    "twice": ({"content": b'{"model": "tiny-lora", "input": "a", "input": "b"}'}, "'input' is given twice"),
    "no object": ({"json": [1]}, "must be a JSON object: Expected `object`, got `array`"),
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


def test_nul_is_read_as_the_replacement_character(server: Running) -> None:
    content = b'{"model": "tiny-lora", "input": ["a\\u0000b", "a\\ufffdb"]}'
    vectors = [one["embedding"] for one in server.post(content=content).json()["data"]]
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1] * 9999, "input holds token ids"),
        ([[1, 2], [3]] * 999, "input holds token ids"),
        (["a" * 999, "b" * 999, 7], "got `int` - at `\\$\\[2\\]`"),
        ({"a": "b" * 9999}, "Expected `str | array`, got `object`"),
    ],
    ids=["ids", "lists of ids", "a number", "an object"],
)
def test_of_a_long_input_only_the_types_are_looked_at(given: object, message: str) -> None:
    content = json.dumps({"model": "m", "input": given}).encode()
    with pytest.raises(ApiError, match=message) as refused:
        parse_request(content, model="m", dim=4, most_items=2048)
    assert (refused.value.status, refused.value.param) == (400, "input")

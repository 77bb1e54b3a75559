"""Requests that are refused, and what is counted of all of them."""

from __future__ import annotations

import json

import pytest

from tests.integrations.server.conftest import Running


def body(**changes: object) -> dict[str, object]:
    return {"model": "tiny-lora", "input": "search", **changes}


REFUSED = {
    "no JSON": ({"content": b"{"}, "The body is not JSON"),
    "no UTF-8": ({"content": b'{"input": "\xff"}'}, "The body is not JSON"),
    "too deep": ({"content": b"[" * 100_000}, "The body is not JSON"),
    "no object": ({"json": [1]}, "must be a JSON object, got list"),
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


def test_characters_that_no_tokenizer_knows_are_read_as_the_replacement_character(server: Running) -> None:
    content = b'{"model": "tiny-lora", "input": ["a\\ud800b", "a\\u0000b", "a\\ufffdb"]}'
    vectors = [one["embedding"] for one in server.post(content=content).json()["data"]]
    assert vectors[0] == pytest.approx(vectors[2], abs=1e-6)
    assert vectors[1] == pytest.approx(vectors[2], abs=1e-6)

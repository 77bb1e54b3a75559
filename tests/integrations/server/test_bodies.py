"""Bodies: read as one JSON object, whatever somebody sends."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest

pytest.importorskip("starlette")

from codequest.integrations.server.bodies import read_object
from codequest.integrations.server.replies import ApiError


def test_the_long_member_is_given_as_its_json_and_the_others_as_values() -> None:
    texts = ["sort a list"] * 500
    body = json.dumps({"model": "m", "input": texts, "user": {"a": [1, None]}}).encode()
    raw, values = read_object(body, long="input")
    assert json.loads(raw) == texts
    assert values == {"model": "m", "input": None, "user": {"a": [1, None]}}
    assert read_object(b'{"input": "a"}', long="input") == (b'"a"', {"input": "a"})
    assert read_object(b"{}", long="input") == (b"null", {})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"a": 1, "b": 2, "a": 1}', "'a' is given twice"),
        (b'{"input": {"a": 1, "a": 2}}', "'a' is given twice"),
        (b'{"input": "' + b"a" * 70_000 + b'", "input": "' + b"b" * 70_000 + b'"}', "or gives input twice"),
        (b'{"user": "' + b"a" * 70_000 + b'"}', "more than 65,536 bytes besides input"),
        (b"", "The body is not JSON"),
        (b'{"a": "\xed\xa0\x80"}', "The body is not JSON"),
        (b'"text"', "must be a JSON object: Expected `object`, got `str`"),
    ],
    ids=["twice", "twice within", "long twice", "long besides", "nothing", "a surrogate in UTF-8", "a string"],
)
def test_what_is_no_plain_object_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(ApiError, match=message) as refused:
        read_object(body, long="input")
    assert refused.value.status == 400


@pytest.mark.slow
@pytest.mark.parametrize("unit", [b",[]", b",{}", b",1", b",1.5", b',"a"', b',{"a":[1]}'])
def test_four_megabytes_of_anything_take_no_time_of_others(unit: bytes) -> None:
    for begin, end in ((b'{"input":["a"', b"]}"), (b'{"user":["a"', b"]}"), (b'{"input":"a","input":["a"', b"]}")):
        body = begin + unit * ((4 << 20) // len(unit)) + end
        began = time.process_time()
        with suppress(ApiError):
            read_object(body, long="input")
        assert time.process_time() - began < 0.2

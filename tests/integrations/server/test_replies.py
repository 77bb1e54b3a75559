"""Answers in OpenAI's format."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

pytest.importorskip("starlette")

from codequest.integrations.server.replies import ApiError, embeddings_response, error_response

VECTORS = np.array([[0.6, 0.8], [0.0, 1.0]], dtype=np.float32)


def test_vectors_as_numbers_and_as_base64() -> None:
    given = {"tokens": 5, "model": "m"}
    answer = json.loads(bytes(embeddings_response(VECTORS, as_base64=False, **given).body))
    assert (answer["object"], answer["model"]) == ("list", "m")
    assert answer["usage"] == {"prompt_tokens": 5, "total_tokens": 5}
    assert [one["index"] for one in answer["data"]] == [0, 1]
    assert [one["embedding"] for one in answer["data"]] == VECTORS.tolist()
    coded = json.loads(bytes(embeddings_response(VECTORS, as_base64=True, **given).body))["data"]
    read = [np.frombuffer(base64.b64decode(one["embedding"]), dtype="<f4") for one in coded]
    np.testing.assert_array_equal(np.stack(read), VECTORS)


@pytest.mark.parametrize(("status", "kind"), [(404, "invalid_request_error"), (503, "server_error")])
def test_an_error_names_its_parameter_and_code(status: int, kind: str) -> None:
    answer = error_response(ApiError("no", status=status, param="model", code="gone", headers={"Retry-After": "1"}))
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "1")
    error = {"message": "no", "type": kind, "param": "model", "code": "gone"}
    assert json.loads(bytes(answer.body)) == {"error": error}

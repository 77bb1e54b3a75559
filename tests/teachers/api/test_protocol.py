"""Requests as each provider wants them, against a real server."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from codequest.errors import InvalidInputError
from codequest.teachers import ApiTeacher
from tests.teachers.api.made import DIMENSIONS_FIELD, make
from tests.teachers.api_server import DIM, KEY, ApiServer, expected

QUERIES = ["sort a list by value", "open", "读取文件"]

MODELS = {"openai": "m", "voyage": "voyage-x", "cohere": "embed-x", "jina": "jina-x"}

PAYLOADS: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "openai": ({"encoding_format": "float"}, {"encoding_format": "float"}, "", ""),
    "voyage": ({"input_type": "query"}, {"input_type": "document"}, "query", "document"),
    "cohere": (
        {"input_type": "search_query", "embedding_types": ["float"], "truncate": "END"},
        {"input_type": "search_document", "embedding_types": ["float"], "truncate": "END"},
        "query",
        "document",
    ),
    "jina": (
        {"task": "retrieval.query", "embedding_type": "float", "truncate": True},
        {"task": "retrieval.passage", "embedding_type": "float", "truncate": True},
        "retrieval.query",
        "retrieval.passage",
    ),
}

TEXTS_FIELD = {"openai": "input", "voyage": "input", "cohere": "texts", "jina": "input"}


@pytest.mark.parametrize("provider", MODELS)
def test_every_protocol_gives_its_vectors(server: ApiServer, provider: str) -> None:
    teacher = make(server, provider, MODELS[provider])
    query_fields, document_fields, query_side, document_side = PAYLOADS[provider]
    np.testing.assert_allclose(teacher.encode_queries(QUERIES), expected(QUERIES, query_side), atol=1e-6)
    documents = ["def f(): pass", ""]
    sent = expected(["def f(): pass", " "], document_side)  # the APIs refuse empty texts
    np.testing.assert_allclose(teacher.encode_documents(documents), sent, atol=1e-6)
    common = {"model": MODELS[provider], DIMENSIONS_FIELD[provider]: DIM}
    field = TEXTS_FIELD[provider]
    in_order = [QUERIES[0], QUERIES[2], QUERIES[1]]  # the longest first
    assert [request.body for request in server.seen] == [
        {**common, field: in_order, **query_fields},
        {**common, field: ["def f(): pass", " "], **document_fields},
    ]
    assert {request.authorization for request in server.seen} == {f"Bearer {KEY}"}
    assert teacher.tokens_spent == sum(map(len, QUERIES)) + len("def f(): pass") + 1


def test_a_server_that_wants_an_input_type_is_told_it(server: ApiServer) -> None:
    teacher = make(server, sides="query,passage")
    teacher.encode_queries(["a"])
    teacher.encode_documents(["b"])
    assert [request.body["input_type"] for request in server.seen] == ["query", "passage"]
    assert teacher.space.teacher == "openai:m?sides=query,passage"
    named = ApiTeacher.from_name(
        "openai", f"m?sides=q,d&side_field=task_type&base_url={server.url('openai')}&key_variable=TEST_API_KEY"
    )
    named.encode_documents(["b"])
    assert "input_type" not in server.seen[-1].body
    assert server.seen[-1].body["task_type"] == "d"


@pytest.mark.parametrize(
    ("provider", "sides"), [("openai", "query"), ("openai", ",passage"), ("voyage", "query,passage")]
)
def test_words_for_the_sides_that_cannot_be_are_refused(server: ApiServer, provider: str, sides: str) -> None:
    with pytest.raises(InvalidInputError, match="sides must be the words for a query and for a document"):
        make(server, provider, sides=sides)


@pytest.mark.parametrize(
    ("model", "task", "sides"),
    [
        ("jina-code-embeddings-0.5b", None, ["nl2code.query", "nl2code.passage"]),
        ("jina-embeddings-v4", "code", ["code.query", "code.passage"]),
        ("jina-embeddings-v2-base-code", None, [None, None]),
    ],
)
def test_jina_models_have_their_tasks(server: ApiServer, model: str, task: str | None, sides: list[str | None]) -> None:
    teacher = make(server, "jina", model, task=task)
    teacher.encode_queries(["a"])
    teacher.encode_documents(["a"])
    assert [request.body.get("task") for request in server.seen] == sides
    assert teacher.space.teacher == f"jina:{model}" + (f"?task={task}" if task else "")


def test_prompts_are_put_before_texts_of_a_server_that_knows_no_sides(server: ApiServer) -> None:
    teacher = make(server, query_prompt="Instruct: find\nQuery:", document_prompt="")
    np.testing.assert_allclose(teacher.encode_queries(["a"]), expected(["Instruct: find\nQuery:a"]), atol=1e-6)
    np.testing.assert_allclose(teacher.encode_documents(["a"]), expected(["a"]), atol=1e-6)
    assert teacher.space.query_prompt == "Instruct: find\nQuery:"

"""API teachers against a real server that speaks the protocols: requests, vectors, spaces, costs."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from codequest.errors import InvalidInputError, TeacherError
from codequest.teachers import ApiEstimate, ApiTeacher, load_teacher
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
DIMENSIONS_FIELD = {
    "openai": "dimensions",
    "voyage": "output_dimension",
    "cohere": "output_dimension",
    "jina": "dimensions",
}


def make(server: ApiServer, provider: str = "openai", model: str = "m", **options: Any) -> ApiTeacher:
    """A teacher at the server, with the key that it expects and a dim that is known."""
    given = {"base_url": server.url(provider), "key_variable": "TEST_API_KEY", "dimensions": DIM, **options}
    return ApiTeacher(provider, model, **given)


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


@pytest.mark.parametrize("provider", MODELS)
def test_an_unknown_dim_costs_one_call(server: ApiServer, provider: str) -> None:
    teacher = make(server, provider, MODELS[provider], dimensions=None)
    assert server.seen == []
    assert (teacher.space.dim, teacher.space.dim) == (DIM, DIM)
    assert [len(request.texts) for request in server.seen] == [1]
    assert DIMENSIONS_FIELD[provider] not in server.seen[0].body


@pytest.mark.parametrize(
    ("name", "dim", "max_tokens"),
    [
        ("openai:text-embedding-3-small", 1536, 8192),
        ("openai:text-embedding-3-large?dimensions=256", 256, 8192),
        ("voyage:voyage-code-3", 1024, 32_000),
        ("cohere:embed-v4.0", 1536, 128_000),
        ("jina:jina-embeddings-v4?task=code", 2048, 32_768),
    ],
)
def test_a_known_model_has_a_space_without_a_request(
    monkeypatch: pytest.MonkeyPatch, name: str, dim: int, max_tokens: int
) -> None:
    for variable in ("OPENAI_API_KEY", "VOYAGE_API_KEY", "CO_API_KEY", "JINA_API_KEY"):
        monkeypatch.setenv(variable, KEY)
    space = load_teacher(name).space
    assert space.teacher == name.replace("?dimensions=256", "")
    assert (space.dim, space.max_tokens, space.normalized, space.pooling) == (dim, max_tokens, True, "unknown")
    assert (space.revision, space.query_prompt, space.document_prompt) == (None, "", "")


def test_the_fingerprint_has_neither_address_nor_key(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    spaces = [make(server).space, make(server, base_url="http://127.0.0.1:9/v1", key_variable=None).space]
    monkeypatch.setenv("TEST_API_KEY", "another")
    spaces.append(make(server, max_tokens_total=5, concurrency=1, max_texts=1).space)
    assert len({space.fingerprint for space in spaces}) == 1
    assert make(server, dimensions=4).space.fingerprint != spaces[0].fingerprint


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


def test_vectors_are_normalized_and_raw_ones_may_come(server: ApiServer) -> None:
    server.embed = lambda text, side: [3.0, 4.0, *[0.0] * (DIM - 2)]
    np.testing.assert_allclose(make(server).encode_queries(["a"]), [[0.6, 0.8, *[0] * (DIM - 2)]], atol=1e-6)


def test_requests_keep_both_limits_and_the_order(server: ApiServer) -> None:
    teacher = make(server, max_texts=3)
    teacher.batch_tokens = 20
    texts = ["x" * length for length in (5, 29, 1, 57, 2, 90, 3, 4)]  # 2, 10, 1, 20, 1, 31, 2 and 2 tokens
    np.testing.assert_allclose(teacher.encode_documents(texts), expected(texts), atol=1e-6)
    sizes = sorted((sorted(map(len, request.texts)) for request in server.seen), reverse=True)
    assert sizes == [[90], [57], [5, 29], [2], [1, 3, 4]]


def test_requests_are_under_way_at_once(server: ApiServer) -> None:
    together = threading.Barrier(3)
    server.before = lambda request: together.wait(20)  # nobody is answered before three are there
    texts = [f"text {number}" for number in range(6)]
    vectors = make(server, max_texts=1, concurrency=3).encode_queries(texts)
    np.testing.assert_allclose(vectors, expected(texts), atol=1e-6)
    assert (len(server.seen), server.most_at_once) == (6, 3)


def test_the_cost_is_known_before(server: ApiServer) -> None:
    texts = ["x" * 299, "y" * 89] * 600  # 100 and 30 tokens
    priced = make(server, model="text-embedding-3-small", max_texts=500).estimate(texts)
    assert priced == ApiEstimate(texts=1200, tokens=78_000, requests=4, dollars=pytest.approx(78_000 * 0.02 / 1e6))
    assert make(server).estimate(texts[:2]) == ApiEstimate(texts=2, tokens=130, requests=1, dollars=None)
    assert make(server, model="text-embedding-3-small").estimate(["x" * 90_000]).tokens == 8192
    assert server.seen == []


def test_the_limit_is_kept_before_each_request(server: ApiServer) -> None:
    server.tokens = lambda texts: 40
    texts = [f"{number}" * 89 for number in range(6)]  # 30 tokens each by estimate, 40 reported
    teacher = make(server, max_texts=1, concurrency=1, max_tokens_total=115)
    message = "limit of 115 tokens is reached: 120 are spent, 0 are under way and the next request may take 30"
    with pytest.raises(TeacherError, match=message):
        teacher.encode_queries(texts)  # 80 spent and 30 expected: still allowed
    assert (len(server.seen), teacher.tokens_spent) == (3, 120)
    with pytest.raises(TeacherError, match="120 are spent"):
        teacher.encode_queries(texts[:1])  # the limit is that of the teacher, not of a call
    assert len(server.seen) == 3


def test_requests_under_way_count_towards_the_limit(server: ApiServer) -> None:
    texts = [f"{number}" * 89 for number in range(6)]
    server.tokens = None  # not reported: estimates count
    teacher = make(server, max_texts=1, concurrency=6, max_tokens_total=95)
    with pytest.raises(TeacherError, match="limit of 95 tokens is reached"):
        teacher.encode_queries(texts)
    assert (len(server.seen), teacher.tokens_spent) == (3, 90)


def test_options_come_in_the_name(server: ApiServer) -> None:
    options = f"?base_url={server.url('openai')}&key_variable=TEST_API_KEY&dimensions=8&max_tokens_total=1000"
    teacher = load_teacher(f"openai:BAAI/bge-m3{options}&query_prompt=q%3A%20&max_texts=2&concurrency=2")
    assert teacher.space == replace(make(server, model="BAAI/bge-m3").space, query_prompt="q: ")
    np.testing.assert_allclose(teacher.encode_queries(QUERIES), expected([f"q: {text}" for text in QUERIES]), atol=1e-6)
    assert (teacher.max_texts, teacher.concurrency) == (2, 2)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("openai:", r"needs a provider \(cohere, jina, openai, voyage\) and a model, got 'openai' and ''"),
        ("openai:m?dims=8", r"openai:m has no option dims='8'. Options: base_url, key_variable, .*dimensions"),
        ("openai:m?dimensions=-8", r"openai:m has no option dimensions='-8'.*with a number dimensions"),
        ("openai:m?dimensions=0", "dimensions must be a positive integer, got 0"),
        ("openai:m?task=code", "m of OpenAI.* takes no task, got 'code'"),
        ("jina:jina-embeddings-v2-base-code?task=code", "takes no task, got 'code'"),
        ("voyage:m?query_prompt=x", "voyage:m takes no prompts: Voyage AI puts its own"),
        ("openai:m?base_url=localhost:8000/v1", "base_url must look like https://host/v1"),
        ("openai:m?base_url=ftp://host/v1", "base_url must look like https://host/v1"),
        ("openai:m?base_url=http://", "base_url must look like https://host/v1"),
        ("openai:m?base_url=http://host:port/v1", "base_url must look like https://host/v1"),
    ],
)
def test_names_and_options_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    for variable in ("OPENAI_API_KEY", "VOYAGE_API_KEY", "JINA_API_KEY"):
        monkeypatch.setenv(variable, KEY)
    with pytest.raises(InvalidInputError, match=message):
        load_teacher(name)


def test_an_unknown_provider_lists_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"needs a provider \(cohere, jina, openai, voyage\).*got 'acme'"):
        ApiTeacher("acme", "m")

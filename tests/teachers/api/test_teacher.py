"""API teachers against a real server that speaks the protocols: requests, vectors, spaces, costs."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from codequest.errors import InvalidInputError
from codequest.teachers import load_teacher
from tests.teachers.api.made import DIMENSIONS_FIELD, make
from tests.teachers.api_server import DIM, KEY, ApiServer, expected

QUERIES = ["sort a list by value", "open", "读取文件"]

MODELS = {"openai": "m", "voyage": "voyage-x", "cohere": "embed-x", "jina": "jina-x"}


@pytest.mark.parametrize("provider", MODELS)
def test_an_unknown_dim_costs_one_call(server: ApiServer, provider: str) -> None:
    teacher = make(server, provider, MODELS[provider], dimensions=None)
    assert server.seen == []
    assert (teacher.space.dim, teacher.space.dim) == (DIM, DIM)
    assert [len(request.texts) for request in server.seen] == [1]
    assert DIMENSIONS_FIELD[provider] not in server.seen[0].body


def test_the_fingerprint_has_neither_address_nor_key(server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    spaces = [make(server).space, make(server, base_url="http://127.0.0.1:9/v1", key_variable=None).space]
    monkeypatch.setenv("TEST_API_KEY", "another")
    spaces.append(make(server, max_tokens_total=5, concurrency=1, max_texts=1).space)
    assert len({space.fingerprint for space in spaces}) == 1
    assert make(server, dimensions=4).space.fingerprint != spaces[0].fingerprint


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


def test_a_text_of_megabytes_is_cut_where_the_limit_of_the_model_is_known(server: ApiServer) -> None:
    text = "word " * 200_000
    server.embed = lambda text, side: [1.0] * DIM
    make(server, model="text-embedding-3-small", dimensions=DIM).encode_documents([text])
    make(server).encode_documents([text])
    assert [len(sent) for request in server.seen for sent in request.texts] == [64 * 8192, len(text)]


def test_requests_are_under_way_at_once(server: ApiServer) -> None:
    together = threading.Barrier(3)
    server.before = lambda request: together.wait(20)  # nobody is answered before three are there
    texts = [f"text {number}" for number in range(6)]
    vectors = make(server, max_texts=1, concurrency=3).encode_queries(texts)
    np.testing.assert_allclose(vectors, expected(texts), atol=1e-6)
    assert (len(server.seen), server.most_at_once) == (6, 3)


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
        ("openai:m?dimensions=0", "dimensions must be a whole number of at least 1, got 0"),
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

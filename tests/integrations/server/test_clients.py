"""The clients that people have, against the real server."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.integrations.server.conftest import KEY, Running
from tests.tiny import QUERIES

openai = pytest.importorskip("openai")


def client(server: Running, key: str = "unused") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.address}/v1", api_key=key, max_retries=0)


@pytest.mark.parametrize("encoding", ["float", "base64", openai.omit])
def test_the_openai_client_gets_the_encoders_vectors_in_order(server: Running, encoding: str) -> None:
    answer = client(server).embeddings.create(model="tiny-lora", input=QUERIES, encoding_format=encoding)
    assert [one.index for one in answer.data] == list(range(len(QUERIES)))
    assert (answer.object, answer.model) == ("list", "tiny-lora")
    found = [one.embedding for one in answer.data]
    if encoding == "base64":
        found = [np.frombuffer(base64.b64decode(text), dtype="<f4") for text in found]
    np.testing.assert_allclose(np.array(found), server.encoder.encode(QUERIES), atol=1e-6)


def test_usage_counts_the_encoders_own_tokens(server: Running) -> None:
    ask = client(server).embeddings.create
    one = ask(model="tiny-lora", input="sort a dict by value").usage  # [CLS], five words, [SEP]
    assert (one.prompt_tokens, one.total_tokens) == (7, 7)
    assert ask(model="tiny-lora", input=["read file", "search"]).usage.prompt_tokens == 4 + 3


def test_dimensions_may_be_the_dim_and_nothing_else(server: Running) -> None:
    ask = client(server).embeddings.create
    assert len(ask(model="tiny-lora", input="search", dimensions=48).data[0].embedding) == 48
    with pytest.raises(openai.BadRequestError, match="dimensions must be 48 or left out, got 24") as refused:
        ask(model="tiny-lora", input="search", dimensions=24)
    assert refused.value.param == "dimensions"


def test_the_models_are_listed_with_their_space(server: Running) -> None:
    models = client(server).models
    (listed,) = models.list().data
    assert (listed.id, listed.owned_by, listed.kind) == ("tiny-lora", "codequest", "lora")
    assert listed.space["fingerprint"] == server.encoder.space.fingerprint
    assert models.retrieve("tiny-lora").id == "tiny-lora"
    with pytest.raises(openai.NotFoundError, match=r"'gpt' does not exist here\. This server has 'tiny-lora'"):
        models.retrieve("gpt")


def test_an_unknown_model_is_not_found(server: Running) -> None:
    with pytest.raises(openai.NotFoundError, match="does not exist here") as refused:
        client(server).embeddings.create(model="text-embedding-3-small", input="search")
    assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


@pytest.mark.parametrize("ids", [[1, 2, 3], [[1, 2], [3]]])
def test_token_ids_are_refused_with_the_way_out(server: Running, ids: list[object]) -> None:
    with pytest.raises(openai.BadRequestError, match=r"Send the texts as strings.*check_embedding_ctx_length=False"):
        client(server).embeddings.create(model="tiny-lora", input=ids)


def test_langchain(server: Running) -> None:
    langchain = pytest.importorskip("langchain_openai")
    embeddings = langchain.OpenAIEmbeddings(
        model="tiny-lora", base_url=f"{server.address}/v1", api_key="unused", check_embedding_ctx_length=False
    )
    expected = server.encoder.encode(QUERIES)
    np.testing.assert_allclose(embeddings.embed_documents(QUERIES), expected, atol=1e-6)
    np.testing.assert_allclose(embeddings.embed_query(QUERIES[0]), expected[0], atol=1e-6)


def test_the_code_in_the_documentation_gives_the_encoders_vectors(server: Running) -> None:
    pytest.importorskip("langchain_openai")
    page = (Path(__file__).parents[3] / "docs" / "stores-and-server.md").read_text(encoding="utf-8")
    first, second = re.findall(r"```py\n(.*?)```", page, re.DOTALL)[:2]
    defined: dict[str, Any] = {}
    for code in (first, second.replace("embeddings.embed_query", "found = embeddings.embed_query")):
        exec(code.replace("http://127.0.0.1:8080", server.address).replace("minilm-lora", "tiny-lora"), defined)
    expected = server.encoder.encode("sort a dictionary by value")
    np.testing.assert_allclose(defined["query_vector"], expected, atol=1e-6)
    np.testing.assert_allclose(defined["found"], expected, atol=1e-6)


def test_64_clients_at_once_each_get_their_own_vectors(server: Running) -> None:
    texts = [f"{query} {number}" for number in range(48) for query in QUERIES]  # 1 to 30 words: batches are padded
    expected = server.encoder.encode(texts)

    async def ask_all() -> list[np.ndarray]:
        limits = httpx.Limits(max_connections=64)
        asking = openai.AsyncOpenAI(
            base_url=f"{server.address}/v1",
            api_key="unused",
            max_retries=0,
            http_client=httpx.AsyncClient(limits=limits, timeout=120),
        )

        async def ask(who: int) -> np.ndarray:
            mine = texts[who::64]
            halves = [mine[:1], mine[1:]]
            answers = [await asking.embeddings.create(model="tiny-lora", input=half) for half in halves]
            return np.array([one.embedding for answer in answers for one in answer.data])

        return await asyncio.gather(*(ask(who) for who in range(64)))

    before = server.metrics()
    for who, found in enumerate(asyncio.run(ask_all())):
        np.testing.assert_allclose(found, expected[who::64], atol=1e-5)
    after = server.metrics()
    gained = {name: after[name] - before.get(name, 0) for name in after}
    assert gained["codequest_queries_total"] == gained["codequest_batch_queries_sum"] == len(texts)
    assert gained['codequest_requests_total{path="/v1/embeddings",status="200"}'] == 128
    assert gained["codequest_batch_queries_count"] < 128  # requests shared forward passes


def test_with_a_key_only_its_bearers_are_answered(guarded: Running) -> None:
    (one,) = client(guarded, KEY).embeddings.create(model="tiny-static", input="search").data
    np.testing.assert_allclose(one.embedding, guarded.encoder.encode("search"), atol=1e-6)
    with pytest.raises(openai.AuthenticationError, match="The API key is wrong") as refused:
        client(guarded, "guess").embeddings.create(model="tiny-static", input="search")
    assert refused.value.code == "invalid_api_key"
    with pytest.raises(openai.AuthenticationError, match="The API key is wrong"):
        client(guarded, "guess").models.list()


def test_the_example_of_a_client(server: Running, tmp_path: Path) -> None:
    names = [f"row {row}" for row in range(len(QUERIES))]
    np.save(tmp_path / "index.npy", server.encoder.encode(QUERIES))
    np.save(tmp_path / "other.npy", np.eye(8, dtype=np.float32))
    (tmp_path / "texts.txt").write_text("\n".join(names), encoding="utf-8")
    given = [f"{server.address}/v1", "texts.txt", QUERIES[2]]
    example = Path(__file__).parents[3] / "examples" / "server_client.py"

    def run(index: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(example), given[0], index, *given[1:]]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    done = run("index.npy")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "1.000  row 2"
    refused = run("other.npy")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("The index is 8-d; tiny-lora searches an index of ")

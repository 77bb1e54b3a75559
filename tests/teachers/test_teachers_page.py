"""The code on docs/teachers.md runs, with the APIs on loopback."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codequest.teachers import ApiTeacher
from codequest.teachers.api import teacher as api
from codequest.teachers.api.providers import PROVIDERS
from tests.teachers.api_server import KEY, ApiServer
from tests.teachers.counting import vector_of
from tests.teachers.stored.test_files import EXPORTED_VECTORS, EXPORTS

PAGE = (Path(__file__).parents[2] / "docs" / "teachers.md").read_text(encoding="utf-8")
PAID, OWN, STORED = re.findall(r"```py\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(autouse=True)
def _loopback(server: ApiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = {name: replace(provider, base_url=server.url(name)) for name, provider in PROVIDERS.items()}
    monkeypatch.setattr(api, "PROVIDERS", here)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("CODEQUEST_CACHE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    server.embed = lambda text, side: vector_of(text, 1536)


def run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(code, "docs/teachers.md", "exec"), names)
    return names


def test_the_api_example(server: ApiServer, capsys: pytest.CaptureFixture[str]) -> None:
    names = run(PAID)
    expected = [vector_of(text, 1536) for text in names["documents"]]
    np.testing.assert_allclose(names["vectors"], expected, atol=1e-6)
    estimate, spent = capsys.readouterr().out.splitlines()
    assert f"# {estimate}\n" in PAID
    assert int(spent) == sum(map(len, names["documents"]))


def test_the_example_with_a_server_of_ones_own(server: ApiServer) -> None:
    server.key = None
    teacher = run(OWN.replace("http://localhost:8000/v1", server.url("openai")))["teacher"]
    assert isinstance(teacher, ApiTeacher)
    prompt = "Instruct: Given a question, retrieve code that answers it\nQuery:"
    np.testing.assert_allclose(teacher.encode_queries(["a"]), [vector_of(prompt + "a", 1536)], atol=1e-6)
    assert server.seen[-1].authorization is None


def test_the_vectors_example() -> None:
    shutil.copy(EXPORTS / "qdrant.jsonl", "export.jsonl")
    names = run(STORED)
    np.testing.assert_allclose(names["vectors"], EXPORTED_VECTORS[1:2], atol=1e-6)
    np.testing.assert_array_equal(names["teacher"].encode_documents(["sort a dict by value"]), names["vectors"])


def test_the_table_names_every_scheme_key_and_limit() -> None:
    for scheme, provider in PROVIDERS.items():
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{scheme}:`"))
        assert f"`{provider.key_variable}`" in row
        assert f"`{provider.dimensions_field}`" in row
        assert f"| {provider.max_texts}, {provider.batch_tokens:,} |" in row


def test_every_option_is_on_the_page() -> None:
    assert [option for option in (*api.NUMBER_OPTIONS, *api.WORD_OPTIONS) if f"`{option}`" not in PAGE] == []

"""What is known of providers."""

from __future__ import annotations

import pytest

from codequest.errors import InvalidInputError
from codequest.teachers import ApiTeacher, load_teacher
from tests.teachers.api_server import KEY


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


def test_an_unknown_provider_lists_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"needs a provider \(cohere, jina, openai, voyage\).*got 'acme'"):
        ApiTeacher("acme", "m")

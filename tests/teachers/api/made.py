"""API teachers of the server on loopback."""

from __future__ import annotations

from typing import Any

from codequest.teachers import ApiTeacher
from tests.teachers.api_server import DIM, ApiServer

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

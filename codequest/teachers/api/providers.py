"""Differences of embedding APIs, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from codequest.space import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Known facts about a model; one that no table lists works too.

    Attributes:
        dim: Length of its vectors, unless `dimensions` asks for fewer.
        max_tokens: Most tokens of a text.
        price: US dollars for a million tokens.
        task: Replaces the provider's task; an empty one means that the model takes none.
    """

    dim: int
    max_tokens: int | None = None
    price: float | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One API.

    Attributes:
        title: Its usual name.
        base_url: Its address, unless the user gives another one.
        path: Path of the embedding endpoint, after the base.
        key_variable: The environment variable that holds its key.
        texts_field: Field of the request that holds the texts.
        side_field: Field of the request that says query or document; empty if the API knows no difference.
        sides: Values of that field for queries and documents.
        task: Prefix of that value, before a dot; empty if there are no tasks.
        dimensions_field: Field of the request that asks for shorter vectors.
        fixed: Further fields of every request.
        rows: Place of the vectors in the response: a list of vectors, or of objects with `embedding` and `index`.
        usage: Place of the billed tokens in the response.
        max_texts: Most texts in a request.
        batch_tokens: Most tokens in a request by our estimate: below what the API allows, and little to lose.
        models: Known facts about its models.
    """

    title: str
    base_url: str
    path: str = "/embeddings"
    key_variable: str
    texts_field: str = "input"
    side_field: str = ""
    sides: Mapping[Side, str] = field(default_factory=dict)
    task: str = ""
    dimensions_field: str = "dimensions"
    fixed: Mapping[str, object] = field(default_factory=dict)
    rows: tuple[str, ...] = ("data",)
    usage: tuple[str, ...] = ("usage", "total_tokens")
    max_texts: int
    batch_tokens: int = 32_000
    models: Mapping[str, Model] = field(default_factory=dict)


# Request and limits (2048 texts, 8,192 tokens each, 300,000 a request; empty texts are refused):
# developers.openai.com/api/reference/resources/embeddings. Prices: developers.openai.com/api/docs/models, July 2026.
_OPENAI = Provider(
    title="OpenAI, or any server with its protocol",
    base_url="https://api.openai.com/v1",
    key_variable="OPENAI_API_KEY",
    fixed={"encoding_format": "float"},
    max_texts=512,
    models={
        "text-embedding-3-large": Model(dim=3072, max_tokens=8192, price=0.13),
        "text-embedding-3-small": Model(dim=1536, max_tokens=8192, price=0.02),
        "text-embedding-ada-002": Model(dim=1536, max_tokens=8192, price=0.10),
    },
)

# Request and limits (1,000 texts; 120,000 tokens a request for the large models and voyage-code-3, more for the
# others; long texts are truncated): docs.voyageai.com/reference/embeddings-api. Prices: docs.voyageai.com/docs/pricing
# as listed by others in 2026; the page itself was not read.
_VOYAGE = Provider(
    title="Voyage AI",
    base_url="https://api.voyageai.com/v1",
    key_variable="VOYAGE_API_KEY",
    side_field="input_type",
    sides={"query": "query", "document": "document"},
    dimensions_field="output_dimension",
    max_texts=512,
    models={
        "voyage-3-large": Model(dim=1024, max_tokens=32_000, price=0.18),
        "voyage-3.5": Model(dim=1024, max_tokens=32_000, price=0.06),
        "voyage-3.5-lite": Model(dim=1024, max_tokens=32_000, price=0.02),
        "voyage-4": Model(dim=1024, max_tokens=32_000, price=0.06),
        "voyage-4-large": Model(dim=1024, max_tokens=32_000, price=0.12),
        "voyage-4-lite": Model(dim=1024, max_tokens=32_000, price=0.02),
        "voyage-code-3": Model(dim=1024, max_tokens=32_000, price=0.18),
    },
)

# Request and limits (96 texts): docs.cohere.com/reference/embed. 128,000 tokens a request and the dims of embed-v4.0:
# docs.oracle.com/iaas/Content/generative-ai/cohere-embed-4.htm. No price was found at the source.
_COHERE = Provider(
    title="Cohere",
    base_url="https://api.cohere.com/v2",
    path="/embed",
    key_variable="CO_API_KEY",
    texts_field="texts",
    side_field="input_type",
    sides={"query": "search_query", "document": "search_document"},
    dimensions_field="output_dimension",
    fixed={"embedding_types": ["float"], "truncate": "END"},
    rows=("embeddings", "float"),
    usage=("meta", "billed_units", "input_tokens"),
    max_texts=96,
    models={
        "embed-english-v3.0": Model(dim=1024, max_tokens=512),
        "embed-multilingual-v3.0": Model(dim=1024, max_tokens=512),
        "embed-v4.0": Model(dim=1536, max_tokens=128_000),
    },
)

# Request, tasks and dims: api.jina.ai/openapi.json, the model cards, and qdrant.tech/documentation/embeddings. No limit
# of texts a request and no single price was found: tokens are sold in packages.
_JINA = Provider(
    title="Jina AI",
    base_url="https://api.jina.ai/v1",
    key_variable="JINA_API_KEY",
    side_field="task",
    sides={"query": "query", "document": "passage"},
    task="retrieval",
    fixed={"embedding_type": "float", "truncate": True},
    max_texts=128,
    models={
        "jina-code-embeddings-0.5b": Model(dim=896, max_tokens=32_768, task="nl2code"),
        "jina-code-embeddings-1.5b": Model(dim=1536, max_tokens=32_768, task="nl2code"),
        "jina-embeddings-v2-base-code": Model(dim=768, max_tokens=8192, task=""),
        "jina-embeddings-v2-base-en": Model(dim=768, max_tokens=8192, task=""),
        "jina-embeddings-v3": Model(dim=1024, max_tokens=8192),
        "jina-embeddings-v4": Model(dim=2048, max_tokens=32_768),
    },
)

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {"cohere": _COHERE, "jina": _JINA, "openai": _OPENAI, "voyage": _VOYAGE}
)
"""The APIs by the scheme that `load_teacher` knows them by."""

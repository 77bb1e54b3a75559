"""Known facts about public embedding models besides what their files say; see known.toml."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from codequest.space import Pooling

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TABLE = Path(__file__).with_name("known.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """Facts about a public model; None where no source says, or two sources say differently.

    Attributes:
        dim: Length of a vector.
        mrl: Lengths that it was trained to be truncated to (Matryoshka); ``"any"`` for all.
        pooling: Way in which token states become one vector.
        normalized: Whether it is used with vectors of unit length.
        query_prompt: Text before every query.
        document_prompt: Text before every document.
        query_template: The form of the query prompt where it depends on the task, which stands for ``{task}``.
        max_tokens: Most tokens of a text.
        half: ``"bf16"`` for a model whose numbers overflow in fp16.
        license: An SPDX id, or the publisher's own name for it.
        sources: Source of each fact, by its name here.
    """

    dim: int | None = None
    mrl: tuple[int, ...] | Literal["any"] | None = None
    pooling: Pooling | None = None
    normalized: bool | None = None
    query_prompt: str | None = None
    document_prompt: str | None = None
    query_template: str | None = None
    max_tokens: int | None = None
    half: Literal["bf16"] | None = None
    license: str | None = None
    sources: Mapping[str, str]


@cache
def known_models() -> Mapping[str, KnownModel]:
    """Every known model by its public id."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    known = {}
    for model_id, facts in table["models"].items():
        sources = {fact: table["sources"][source] for source, named in facts.pop("sources").items() for fact in named}
        if isinstance(facts.get("mrl"), list):
            facts["mrl"] = tuple(facts["mrl"])
        known[model_id] = KnownModel(**facts, sources=sources)
    return known

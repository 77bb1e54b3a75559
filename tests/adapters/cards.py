from __future__ import annotations

from typing import Any

from huggingface_hub import ModelCard, ModelCardData

from codequest.adapters.card import render_card
from codequest.adapters.folder import AdapterConfig
from codequest.space import EmbeddingSpace

TEACHER, BASE = "sentence-transformers/all-mpnet-base-v2", "sentence-transformers/all-MiniLM-L6-v2"


def metadata(kind: str = "lora", teacher: str = TEACHER, **config: Any) -> ModelCardData:
    space = EmbeddingSpace(teacher=teacher, dim=4)
    return ModelCard(render_card(AdapterConfig(kind=kind, space=space, **config))).data

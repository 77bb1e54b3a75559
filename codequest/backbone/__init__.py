"""Tokenizer, transformer and pooling: texts become (batch, hidden)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codequest.backbone.choices import Choices as Choices
    from codequest.backbone.choices import ModelWarning as ModelWarning
    from codequest.backbone.choices import settle as settle
    from codequest.backbone.model import Backbone as Backbone
    from codequest.backbone.pooling import pool as pool
    from codequest.backbone.precision import Precision as Precision
    from codequest.backbone.precision import choose_device as choose_device
    from codequest.backbone.precision import faithful_half as faithful_half
    from codequest.backbone.precision import refuse_unsupported as refuse_unsupported
    from codequest.backbone.settings import EmbeddingSettings as EmbeddingSettings
    from codequest.backbone.settings import read_settings as read_settings

_HOMES = {
    "Backbone": "model",
    "Choices": "choices",
    "EmbeddingSettings": "settings",
    "ModelWarning": "choices",
    "Precision": "precision",
    "choose_device": "precision",
    "faithful_half": "precision",
    "pool": "pooling",
    "read_settings": "settings",
    "refuse_unsupported": "precision",
    "settle": "choices",
}

__all__ = [
    "Backbone",
    "Choices",
    "EmbeddingSettings",
    "ModelWarning",
    "Precision",
    "choose_device",
    "faithful_half",
    "pool",
    "read_settings",
    "refuse_unsupported",
    "settle",
]


def __getattr__(name: str) -> Any:
    """Import a name when it is first used (PEP 562): some need no torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'codequest.backbone' has no attribute {name!r}")
    return getattr(importlib.import_module(f"codequest.backbone.{_HOMES[name]}"), name)

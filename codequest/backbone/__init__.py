"""Tokenizer, transformer and pooling: texts become (batch, hidden)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

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
    "Backbone": "codequest.backbone.model",
    "Choices": "codequest.backbone.choices",
    "EmbeddingSettings": "codequest.backbone.settings",
    "ModelWarning": "codequest.backbone.choices",
    "Precision": "codequest.backbone.precision",
    "choose_device": "codequest.backbone.precision",
    "faithful_half": "codequest.backbone.precision",
    "pool": "codequest.backbone.pooling",
    "read_settings": "codequest.backbone.settings",
    "refuse_unsupported": "codequest.backbone.precision",
    "settle": "codequest.backbone.choices",
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

__getattr__ = lazy_names(__name__, _HOMES)  # some need no torch

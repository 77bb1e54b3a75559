"""Tokenizer, transformer and pooling: texts become (batch, hidden)."""

from codequest.backbone.choices import Choices, ModelWarning, settle
from codequest.backbone.known import KnownModel, known_models
from codequest.backbone.model import Backbone
from codequest.backbone.pooling import pool
from codequest.backbone.precision import Precision, choose_device, faithful_half, refuse_unsupported
from codequest.backbone.settings import EmbeddingSettings, read_settings

__all__ = [
    "Backbone",
    "Choices",
    "EmbeddingSettings",
    "KnownModel",
    "ModelWarning",
    "Precision",
    "choose_device",
    "faithful_half",
    "known_models",
    "pool",
    "read_settings",
    "refuse_unsupported",
    "settle",
]

"""Tokenizer, transformer and pooling: texts become (batch, hidden)."""

from codequest.backbone.model import Backbone
from codequest.backbone.precision import Precision, choose_device, faithful_half, refuse_unsupported
from codequest.backbone.settings import EmbeddingSettings, read_settings

__all__ = [
    "Backbone",
    "EmbeddingSettings",
    "Precision",
    "choose_device",
    "faithful_half",
    "read_settings",
    "refuse_unsupported",
]

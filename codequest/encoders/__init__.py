"""Query encoders: light models that embed queries into a teacher's space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.encoders.base import QueryEncoder as QueryEncoder
    from codequest.encoders.cost import EncoderCost as EncoderCost
    from codequest.encoders.exported import ExportedQueryEncoder as ExportedQueryEncoder
    from codequest.encoders.exported import TruncationWarning as TruncationWarning
    from codequest.encoders.graph_source import Exportable as Exportable
    from codequest.encoders.index_check import check_index as check_index
    from codequest.encoders.index_check import check_teacher as check_teacher
    from codequest.encoders.kinds import EncoderKind as EncoderKind
    from codequest.encoders.kinds import create_encoder as create_encoder
    from codequest.encoders.kinds import encoder_kinds as encoder_kinds
    from codequest.encoders.lora import LoRAQueryEncoder as LoRAQueryEncoder
    from codequest.encoders.projection import ProjectionQueryEncoder as ProjectionQueryEncoder
    from codequest.encoders.quantized.encoder import QuantizedQueryEncoder as QuantizedQueryEncoder
    from codequest.encoders.static.encoder import StaticQueryEncoder as StaticQueryEncoder
    from codequest.encoders.trainable import TrainableQueryEncoder as TrainableQueryEncoder

_HOMES = {
    "EncoderCost": "codequest.encoders.cost",
    "EncoderKind": "codequest.encoders.kinds",
    "Exportable": "codequest.encoders.graph_source",
    "ExportedQueryEncoder": "codequest.encoders.exported",
    "LoRAQueryEncoder": "codequest.encoders.lora",
    "ProjectionQueryEncoder": "codequest.encoders.projection",
    "QuantizedQueryEncoder": "codequest.encoders.quantized.encoder",
    "QueryEncoder": "codequest.encoders.base",
    "StaticQueryEncoder": "codequest.encoders.static.encoder",
    "TrainableQueryEncoder": "codequest.encoders.trainable",
    "TruncationWarning": "codequest.encoders.exported",
    "check_index": "codequest.encoders.index_check",
    "check_teacher": "codequest.encoders.index_check",
    "create_encoder": "codequest.encoders.kinds",
    "encoder_kinds": "codequest.encoders.kinds",
}

__all__ = [
    "EncoderCost",
    "EncoderKind",
    "Exportable",
    "ExportedQueryEncoder",
    "LoRAQueryEncoder",
    "ProjectionQueryEncoder",
    "QuantizedQueryEncoder",
    "QueryEncoder",
    "StaticQueryEncoder",
    "TrainableQueryEncoder",
    "TruncationWarning",
    "check_index",
    "check_teacher",
    "create_encoder",
    "encoder_kinds",
]

__getattr__ = lazy_names(__name__, _HOMES)  # one that needs no torch must not import it

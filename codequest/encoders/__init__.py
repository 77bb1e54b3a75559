"""Query encoders: light models that embed queries into a teacher's space."""

from codequest.encoders.base import QueryEncoder, TrainableQueryEncoder
from codequest.encoders.cost import EncoderCost
from codequest.encoders.lora import LoRAQueryEncoder
from codequest.encoders.projection import ProjectionQueryEncoder
from codequest.encoders.quantized import QuantizedQueryEncoder

__all__ = [
    "EncoderCost",
    "LoRAQueryEncoder",
    "ProjectionQueryEncoder",
    "QuantizedQueryEncoder",
    "QueryEncoder",
    "TrainableQueryEncoder",
]

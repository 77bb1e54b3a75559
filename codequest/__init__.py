"""Light query encoders in a teacher's embedding space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names
from codequest.version import __version__ as __version__

if TYPE_CHECKING:
    from codequest.data import RetrievalDataset as RetrievalDataset
    from codequest.data import load_beir as load_beir
    from codequest.encoders import ExportedQueryEncoder as ExportedQueryEncoder
    from codequest.encoders import LoRAQueryEncoder as LoRAQueryEncoder
    from codequest.encoders import ProjectionQueryEncoder as ProjectionQueryEncoder
    from codequest.encoders import QuantizedQueryEncoder as QuantizedQueryEncoder
    from codequest.encoders import QueryEncoder as QueryEncoder
    from codequest.encoders import StaticQueryEncoder as StaticQueryEncoder
    from codequest.errors import CodequestError as CodequestError
    from codequest.evaluation import Report as Report
    from codequest.evaluation import evaluate as evaluate
    from codequest.space import EmbeddingSpace as EmbeddingSpace
    from codequest.teachers import CachedTeacher as CachedTeacher
    from codequest.teachers import Teacher as Teacher
    from codequest.teachers import load_teacher as load_teacher
    from codequest.teachers import register_teacher as register_teacher
    from codequest.training import DistillationConfig as DistillationConfig
    from codequest.training import DistillationTrainer as DistillationTrainer

_HOMES = {
    "CachedTeacher": "codequest.teachers",
    "CodequestError": "codequest.errors",
    "DistillationConfig": "codequest.training",
    "DistillationTrainer": "codequest.training",
    "EmbeddingSpace": "codequest.space",
    "ExportedQueryEncoder": "codequest.encoders",
    "LoRAQueryEncoder": "codequest.encoders",
    "ProjectionQueryEncoder": "codequest.encoders",
    "QuantizedQueryEncoder": "codequest.encoders",
    "QueryEncoder": "codequest.encoders",
    "Report": "codequest.evaluation",
    "RetrievalDataset": "codequest.data",
    "StaticQueryEncoder": "codequest.encoders",
    "Teacher": "codequest.teachers",
    "evaluate": "codequest.evaluation",
    "load_beir": "codequest.data",
    "load_teacher": "codequest.teachers",
    "register_teacher": "codequest.teachers",
}

__all__ = [
    "CachedTeacher",
    "CodequestError",
    "DistillationConfig",
    "DistillationTrainer",
    "EmbeddingSpace",
    "ExportedQueryEncoder",
    "LoRAQueryEncoder",
    "ProjectionQueryEncoder",
    "QuantizedQueryEncoder",
    "QueryEncoder",
    "Report",
    "RetrievalDataset",
    "StaticQueryEncoder",
    "Teacher",
    "evaluate",
    "load_beir",
    "load_teacher",
    "register_teacher",
]

__getattr__ = lazy_names(__name__, _HOMES)  # ``import codequest`` stays fast


def __dir__() -> list[str]:
    return sorted(__all__)

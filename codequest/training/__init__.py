"""Distillation: one trainer for every trainable encoder."""

from codequest.training.config import DistillationConfig, LossName
from codequest.training.data import hold_out, load_queries
from codequest.training.mining import mine_python
from codequest.training.trainer import DistillationTrainer, TrainingResult

__all__ = [
    "DistillationConfig",
    "DistillationTrainer",
    "LossName",
    "TrainingResult",
    "hold_out",
    "load_queries",
    "mine_python",
]

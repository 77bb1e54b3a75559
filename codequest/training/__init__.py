"""Distillation: one trainer for every trainable encoder."""

from codequest.training.checks import DataWarning, check_queries
from codequest.training.config import DistillationConfig, LossName, digest
from codequest.training.data import hold_out, load_queries, normal_form, sample, without
from codequest.training.mining import MinedFunction, mine_python
from codequest.training.run import is_main_process
from codequest.training.trainer import DistillationTrainer, TrainingResult

__all__ = [
    "DataWarning",
    "DistillationConfig",
    "DistillationTrainer",
    "LossName",
    "MinedFunction",
    "TrainingResult",
    "check_queries",
    "digest",
    "hold_out",
    "is_main_process",
    "load_queries",
    "mine_python",
    "normal_form",
    "sample",
    "without",
]

"""Distillation: one trainer for every trainable encoder, and recipes that make adapters."""

from codequest.training.config import DistillationConfig, LossName, digest
from codequest.training.data_checks import DataWarning, check_queries, check_size
from codequest.training.making import MadeAdapter, make_adapters
from codequest.training.recipe import Recipe, load_recipe
from codequest.training.references import add_reference_vectors
from codequest.training.run_folder import is_main_process
from codequest.training.samples import hold_out, sample, without
from codequest.training.trainer import DistillationTrainer, TrainingResult

__all__ = [
    "DataWarning",
    "DistillationConfig",
    "DistillationTrainer",
    "LossName",
    "MadeAdapter",
    "Recipe",
    "TrainingResult",
    "add_reference_vectors",
    "check_queries",
    "check_size",
    "digest",
    "hold_out",
    "is_main_process",
    "load_recipe",
    "make_adapters",
    "sample",
    "without",
]

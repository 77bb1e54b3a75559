"""Distillation: one trainer for every trainable encoder, and recipes that make adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.training.config import DistillationConfig as DistillationConfig
    from codequest.training.config import LossName as LossName
    from codequest.training.config import digest as digest
    from codequest.training.data_checks import DataWarning as DataWarning
    from codequest.training.data_checks import check_queries as check_queries
    from codequest.training.data_checks import check_size as check_size
    from codequest.training.recipes.making import MadeAdapter as MadeAdapter
    from codequest.training.recipes.making import make_adapters as make_adapters
    from codequest.training.recipes.reading import load_recipe as load_recipe
    from codequest.training.recipes.recipe import Recipe as Recipe
    from codequest.training.references import add_reference_vectors as add_reference_vectors
    from codequest.training.run_folder import is_main_process as is_main_process
    from codequest.training.samples import hold_out as hold_out
    from codequest.training.samples import sample as sample
    from codequest.training.samples import without as without
    from codequest.training.trainer import DistillationTrainer as DistillationTrainer
    from codequest.training.trainer import TrainingResult as TrainingResult

_HOMES = {
    "DataWarning": "codequest.training.data_checks",
    "DistillationConfig": "codequest.training.config",
    "DistillationTrainer": "codequest.training.trainer",
    "LossName": "codequest.training.config",
    "MadeAdapter": "codequest.training.recipes.making",
    "Recipe": "codequest.training.recipes.recipe",
    "TrainingResult": "codequest.training.trainer",
    "add_reference_vectors": "codequest.training.references",
    "check_queries": "codequest.training.data_checks",
    "check_size": "codequest.training.data_checks",
    "digest": "codequest.training.config",
    "hold_out": "codequest.training.samples",
    "is_main_process": "codequest.training.run_folder",
    "load_recipe": "codequest.training.recipes.reading",
    "make_adapters": "codequest.training.recipes.making",
    "sample": "codequest.training.samples",
    "without": "codequest.training.samples",
}

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

__getattr__ = lazy_names(__name__, _HOMES)  # a configuration or a recipe needs no torch

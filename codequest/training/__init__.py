"""Distillation: one trainer for every trainable encoder."""

from codequest.training.checks import DataWarning, check_queries, check_size
from codequest.training.config import DistillationConfig, LossName, digest
from codequest.training.coverage import Coverage, query_coverage
from codequest.training.data import hold_out, load_queries, normal_form, sample, without
from codequest.training.derivation import DerivedQueries, DerivedQuery, derive_queries
from codequest.training.making import MadeAdapter, make_adapters
from codequest.training.mining import MinedFunction, MinedPairs, mine_functions, mine_pairs, mine_python
from codequest.training.probing import add_probes
from codequest.training.recipe import Recipe, load_recipe
from codequest.training.run import is_main_process
from codequest.training.trainer import DistillationTrainer, TrainingResult

__all__ = [
    "Coverage",
    "DataWarning",
    "DerivedQueries",
    "DerivedQuery",
    "DistillationConfig",
    "DistillationTrainer",
    "LossName",
    "MadeAdapter",
    "MinedFunction",
    "MinedPairs",
    "Recipe",
    "TrainingResult",
    "add_probes",
    "check_queries",
    "check_size",
    "derive_queries",
    "digest",
    "hold_out",
    "is_main_process",
    "load_queries",
    "load_recipe",
    "make_adapters",
    "mine_functions",
    "mine_pairs",
    "mine_python",
    "normal_form",
    "query_coverage",
    "sample",
    "without",
]

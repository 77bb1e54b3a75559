"""Labelled pairs from code itself: what a doc comment says, and the function without it."""

from codequest.training.mining.descriptions import is_description
from codequest.training.mining.documentation import first_sentence
from codequest.training.mining.functions import mine_functions
from codequest.training.mining.mined import MinedFunction
from codequest.training.mining.pairs import MinedPairs, check_pairs_folder, mine_pairs
from codequest.training.mining.python import mine_python

__all__ = [
    "MinedFunction",
    "MinedPairs",
    "check_pairs_folder",
    "first_sentence",
    "is_description",
    "mine_functions",
    "mine_pairs",
    "mine_python",
]

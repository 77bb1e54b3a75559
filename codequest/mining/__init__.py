"""Training queries and labelled pairs out of a codebase, and how well they match the queries of users."""

from codequest.mining.coverage import Coverage, query_coverage
from codequest.mining.derive import DerivedQueries, check_query_file, derive_queries
from codequest.mining.derived import ORIGINS, DerivedQuery
from codequest.mining.descriptions import is_description
from codequest.mining.documentation import first_sentence
from codequest.mining.functions import mine_functions
from codequest.mining.mined import MinedFunction
from codequest.mining.pairs import MinedPairs, check_pairs_folder, mine_pairs
from codequest.mining.python_functions import mine_python

__all__ = [
    "ORIGINS",
    "Coverage",
    "DerivedQueries",
    "DerivedQuery",
    "MinedFunction",
    "MinedPairs",
    "check_pairs_folder",
    "check_query_file",
    "derive_queries",
    "first_sentence",
    "is_description",
    "mine_functions",
    "mine_pairs",
    "mine_python",
    "query_coverage",
]

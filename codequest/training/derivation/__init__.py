"""Training queries where there is no query log: what a codebase says about itself."""

from codequest.training.derivation.derive import DerivedQueries, check_query_file, derive_queries
from codequest.training.derivation.derived import FORMS, DerivedQuery

__all__ = ["FORMS", "DerivedQueries", "DerivedQuery", "check_query_file", "derive_queries"]

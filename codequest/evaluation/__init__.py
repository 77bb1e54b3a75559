"""How much of the teacher's search quality an encoder keeps, and at what price."""

from codequest.evaluation.comparison import compare, compare_each, evaluate
from codequest.evaluation.measurements import Report
from codequest.evaluation.overview import retention_table, summaries

__all__ = ["Report", "compare", "compare_each", "evaluate", "retention_table", "summaries"]

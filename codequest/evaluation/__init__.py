"""The share of the teacher's search quality that an encoder keeps, and its price."""

from codequest.evaluation.comparison import compare, compare_each, evaluate
from codequest.evaluation.light_documents import compare_documents
from codequest.evaluation.measurements import Report
from codequest.evaluation.overview import retention_table, summaries

__all__ = ["Report", "compare", "compare_documents", "compare_each", "evaluate", "retention_table", "summaries"]

"""The share of the teacher's search quality that an encoder keeps, and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.evaluation.comparison import compare as compare
    from codequest.evaluation.comparison import compare_each as compare_each
    from codequest.evaluation.comparison import evaluate as evaluate
    from codequest.evaluation.light_documents import compare_documents as compare_documents
    from codequest.evaluation.measurements import Report as Report
    from codequest.evaluation.overview import retention_table as retention_table
    from codequest.evaluation.overview import summaries as summaries

_HOMES = {
    "Report": "codequest.evaluation.measurements",
    "compare": "codequest.evaluation.comparison",
    "compare_documents": "codequest.evaluation.light_documents",
    "compare_each": "codequest.evaluation.comparison",
    "evaluate": "codequest.evaluation.comparison",
    "retention_table": "codequest.evaluation.overview",
    "summaries": "codequest.evaluation.overview",
}

__all__ = ["Report", "compare", "compare_documents", "compare_each", "evaluate", "retention_table", "summaries"]

__getattr__ = lazy_names(__name__, _HOMES)  # a report of numbers needs no teacher

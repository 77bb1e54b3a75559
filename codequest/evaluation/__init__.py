"""How much of the teacher's search quality an encoder keeps, and at what price."""

from codequest.evaluation.beir import load_beir
from codequest.evaluation.benchmark import compare, compare_each, evaluate
from codequest.evaluation.datasets import RetrievalDataset, merge_datasets
from codequest.evaluation.hub import load_hub
from codequest.evaluation.named import DATASET_NAME, load_dataset
from codequest.evaluation.overview import retention_table, summaries
from codequest.evaluation.report import Report

__all__ = [
    "DATASET_NAME",
    "Report",
    "RetrievalDataset",
    "compare",
    "compare_each",
    "evaluate",
    "load_beir",
    "load_dataset",
    "load_hub",
    "merge_datasets",
    "retention_table",
    "summaries",
]

"""Datasets and query files: BEIR folders, JSON lines, Parquet, the Hugging Face hub."""

from codequest.data.beir import load_beir
from codequest.data.dataset import RetrievalDataset, merge_datasets
from codequest.data.hub import load_hub
from codequest.data.names import DATASET_NAME, load_dataset
from codequest.data.query_files import load_queries, normal_form

__all__ = [
    "DATASET_NAME",
    "RetrievalDataset",
    "load_beir",
    "load_dataset",
    "load_hub",
    "load_queries",
    "merge_datasets",
    "normal_form",
]

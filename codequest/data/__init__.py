"""Datasets and query files: BEIR folders, JSON lines, Parquet, the Hugging Face hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codequest.lazy import lazy_names

if TYPE_CHECKING:
    from codequest.data.beir import load_beir as load_beir
    from codequest.data.dataset import RetrievalDataset as RetrievalDataset
    from codequest.data.dataset import merge_datasets as merge_datasets
    from codequest.data.hub import load_hub as load_hub
    from codequest.data.names import DATASET_NAME as DATASET_NAME
    from codequest.data.names import load_dataset as load_dataset
    from codequest.data.query_files import load_queries as load_queries
    from codequest.data.query_files import normal_form as normal_form

_HOMES = {
    "DATASET_NAME": "codequest.data.names",
    "RetrievalDataset": "codequest.data.dataset",
    "load_beir": "codequest.data.beir",
    "load_dataset": "codequest.data.names",
    "load_hub": "codequest.data.hub",
    "load_queries": "codequest.data.query_files",
    "merge_datasets": "codequest.data.dataset",
    "normal_form": "codequest.data.query_files",
}

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

__getattr__ = lazy_names(__name__, _HOMES)  # the name of a dataset needs no numpy

"""Datasets by name, as command lines and recipes write them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codequest.errors import InvalidInputError

if TYPE_CHECKING:
    from codequest.data.dataset import RetrievalDataset

DATASET_NAME = (
    "FOLDER[:SPLIT[:CORPUS]] in BEIR layout, such as data/cosqa:dev:corpus_nodoc, or hub:REPOSITORY[:SPLIT] "
    "for a dataset on the Hugging Face hub."
)


def load_dataset(name: str, *, root: str | Path = ".") -> RetrievalDataset:
    """The dataset that a name stands for.

    Args:
        name: ``"FOLDER[:SPLIT[:CORPUS]]"`` for a BEIR folder, ``"hub:REPOSITORY[:SPLIT]"`` for the hub.
        root: Folder that relative folders start from.

    Raises:
        InvalidInputError: Not such a name.
        DatasetError: There is no such dataset, or it is malformed.
    """
    from codequest.data import load_beir, load_hub

    hub, parts = dataset_parts(name)
    if hub:
        return load_hub(parts[0], **dict(zip(("split",), parts[1:], strict=False)))
    return load_beir(Path(root) / parts[0], **dict(zip(("split", "corpus"), parts[1:], strict=False)))


def dataset_parts(name: str) -> tuple[bool, list[str]]:
    """Tell whether a name is of the hub, and its parts: where, split, corpus.

    Raises:
        InvalidInputError: Not such a name.
    """
    hub = name.startswith("hub:")
    parts = name.removeprefix("hub:").split(":")
    if len(parts) > (2 if hub else 3) or not all(parts):
        raise InvalidInputError(f"Cannot read the dataset {name!r}. Expected {DATASET_NAME}")
    return hub, parts

"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import typer

from codequest.errors import InvalidInputError
from codequest.evaluation import RetrievalDataset, load_beir, load_hub

DEFAULT_TEACHER = "auto:sentence-transformers/all-mpnet-base-v2"
DEFAULT_BASE = "sentence-transformers/all-MiniLM-L6-v2"

DATASET_HELP = (
    "FOLDER[:SPLIT[:CORPUS]] in BEIR layout, such as data/cosqa:dev:corpus_nodoc, or hub:REPOSITORY[:SPLIT] "
    "for a dataset on the Hugging Face hub."
)
TEACHER_HELP = "Public id or folder of the teacher, or SCHEME:REST; `codequest teachers` lists the schemes."

AdapterArgument = typer.Argument(help="Adapter folder, or repository on the Hugging Face hub.")


def load_dataset(name: str) -> RetrievalDataset:
    """The dataset that a command-line argument names."""
    hub = name.startswith("hub:")
    parts = name.removeprefix("hub:").split(":")
    if len(parts) > (2 if hub else 3) or not all(parts):
        raise InvalidInputError(f"Cannot read the dataset {name!r}. Expected {DATASET_HELP}")
    if hub:
        return load_hub(parts[0], **dict(zip(("split",), parts[1:], strict=False)))
    return load_beir(Path(parts[0]), **dict(zip(("split", "corpus"), parts[1:], strict=False)))

"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codequest.data import DATASET_NAME, load_dataset
from codequest.data.names import dataset_parts
from codequest.errors import InvalidInputError

if TYPE_CHECKING:
    from codequest.report import ReportData

TEACHER_HELP = "Public id or folder of the teacher, or SCHEME:REST; `codequest teachers` lists the schemes."

DimOption = typer.Option(min=1, help="Truncate the teacher's vectors to this length (Matryoshka models).")
ENCODERS_HELP = (
    "The encoders to compare: NAME=SOURCE or only the source, which is one that comes with codequest, an adapter or "
    "exported folder, a repository on the hub, or quantized:int8, quantized:nf4, … for the teacher in low precision."
)
EncodersArgument = Annotated[list[str], typer.Argument(help=ENCODERS_HELP)]
ReportDataset = Annotated[
    str | None, typer.Option(help=f"{DATASET_NAME} A folder needs no qrels, and with --queries only a corpus.")
]
EncodersTeacherOption = Annotated[
    str | None, typer.Option(help=f"{TEACHER_HELP} By default the encoders' own, if it is on this machine.")
]
QueriesOption = Annotated[
    Path | None, typer.Option(help="Your own queries instead of the dataset's: .txt or .jsonl; no labels needed.")
]
VectorsOption = Annotated[
    Path | None,
    typer.Option(
        help="The index you have: the teacher's document vectors, in a file that `vectors:` reads, such as .npy or "
        ".parquet, or a folder of them."
    ),
]
DocumentsOption = Annotated[
    Path | None,
    typer.Option(
        help="Its texts, .jsonl, row by row, where they are not in it or next to it; without any, results are shown by "
        "their row."
    ),
]

JsonOption = Annotated[bool, typer.Option("--json", help="JSON for programs, on standard output alone.")]

AdapterArgument = typer.Argument(
    help="Adapter that comes with codequest, adapter folder (./NAME if it is called like one of those), or repository "
    "on the hub."
)


def report_data(name: str | None, *, queries: Path | None, vectors: Path | None, documents: Path | None) -> ReportData:
    """Data that the arguments of ``codequest report`` name: a dataset, with or without labels, or files."""
    from codequest.report import load_report_data

    hub, parts = dataset_parts(name) if name is not None else (False, [])
    if hub and name is not None:
        return load_report_data(load_dataset(name), queries=queries, documents=documents, vectors=vectors)
    folder, split, corpus = [*parts, *("", "dev", "corpus")[len(parts) :]]
    return load_report_data(
        Path(folder) if folder else None,
        split=split,
        corpus=corpus,
        queries=queries,
        documents=documents,
        vectors=vectors,
    )


def weights_of(given: list[str], *, expected: str, default: float | None = None) -> dict[str, float]:
    """Weights by name, from repeated ``NAME=NUMBER`` options.

    Args:
        given: The options.
        expected: Form of an option, for the error.
        default: Weight of a name without a number; None where each needs one.

    Raises:
        InvalidInputError: An option has no number, or something that is none.
    """
    found = {}
    for item in given:
        name, sign, number = item.partition("=")
        try:
            found[name] = default if default is not None and not sign else float(number)
        except ValueError:
            raise InvalidInputError(f"Cannot read the weight {item!r}. Expected {expected}.") from None
    return found

"""``codequest evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codequest.cli.arguments import TEACHER_HELP, DimOption
from codequest.cli.display import console, messages, progress_bars, quality_table, quiet_libraries, speed_table
from codequest.evaluation import DATASET_NAME, load_dataset


def evaluate(
    adapters: Annotated[list[str], typer.Argument(help="Adapter folders or repositories to compare.")],
    *,
    dataset: Annotated[str, typer.Option(help=DATASET_NAME)],
    teacher: Annotated[str | None, typer.Option(help=f"{TEACHER_HELP} By default the adapters' own.")] = None,
    dim: Annotated[int | None, DimOption] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report.json and report.md.")] = None,
) -> None:
    """Measure how much of the teacher's retrieval quality encoders keep, and what a query costs."""
    from codequest.encoders import QueryEncoder
    from codequest.evaluation import compare
    from codequest.teachers import cached, load_teacher, teacher_of

    quiet_libraries()
    data = load_dataset(dataset)
    encoders = {name: QueryEncoder.from_pretrained(name) for name in adapters}
    space = next(iter(encoders.values())).space
    source = cached(load_teacher(teacher, dim=dim) if teacher else teacher_of(space))
    with progress_bars() as progress:
        report = compare(encoders, source, data, progress=progress)
    console.print(quality_table(report))
    console.print(speed_table(report))
    if out is not None:
        messages.print(f"Report: {report.save(out)}", highlight=False)

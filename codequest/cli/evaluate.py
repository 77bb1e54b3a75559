"""``codequest evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codequest.cli.arguments import TEACHER_HELP, DimOption
from codequest.cli.display import (
    console,
    messages,
    overview_table,
    progress_bars,
    quality_table,
    quiet_libraries,
    speed_table,
)
from codequest.evaluation import DATASET_NAME, Report, load_dataset, summaries

_TIMED = 50  # queries, of the first dataset


def evaluate(
    adapters: Annotated[list[str], typer.Argument(help="Adapter folders or repositories to compare.")],
    *,
    dataset: Annotated[list[str], typer.Option(help=f"{DATASET_NAME} May be repeated.")],
    teacher: Annotated[str | None, typer.Option(help=f"{TEACHER_HELP} By default the adapters' own.")] = None,
    dim: Annotated[int | None, DimOption] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for report.json and report.md; of several datasets, one each below it.")
    ] = None,
) -> None:
    """Measure how much of the teacher's retrieval quality encoders keep, and what a query costs."""
    from codequest.encoders import QueryEncoder
    from codequest.evaluation import compare
    from codequest.teachers import cached, load_teacher, teacher_of

    quiet_libraries()
    datasets = [load_dataset(name) for name in dataset]
    encoders = {name: QueryEncoder.from_pretrained(name) for name in adapters}
    space = next(iter(encoders.values())).space
    source = cached(load_teacher(teacher, dim=dim) if teacher else teacher_of(space))
    reports: list[Report] = []
    for data in datasets:
        timed = 0 if reports else _TIMED
        with progress_bars() as progress:
            reports.append(compare(encoders, source, data, latency_queries=timed, progress=progress))
        console.print(quality_table(reports[-1]))
        if out is not None:
            saved = reports[-1].save(out / data.name.replace("/", "-") if len(datasets) > 1 else out)
            messages.print(f"Report: {saved}", highlight=False)
    if len(reports) > 1:
        console.print(overview_table(summaries(reports)))
    console.print(speed_table(reports[0]))

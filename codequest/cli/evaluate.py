"""``codequest evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codequest.cli.display import console, messages, progress_bars, write_json
from codequest.cli.options.arguments import DimOption, EncodersArgument, EncodersTeacherOption, JsonOption
from codequest.data import DATASET_NAME, load_dataset

if TYPE_CHECKING:
    from codequest.evaluation import Report


def evaluate(
    encoders: EncodersArgument,
    *,
    dataset: Annotated[list[str], typer.Option(help=f"{DATASET_NAME} May be repeated.")],
    teacher: EncodersTeacherOption = None,
    documents: Annotated[
        str | None,
        typer.Option(
            help="Adapter that embeds documents lightly: measures what the encoders find among its documents, and how "
            "much that is of what they find among the teacher's."
        ),
    ] = None,
    dim: Annotated[int | None, DimOption] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for evaluation.json and evaluation.md; of several datasets, one each below it."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how much of the teacher's retrieval quality encoders keep, and the cost of a query."""
    from codequest.evaluation import compare_documents, compare_each
    from codequest.report import load_encoders

    datasets = [load_dataset(name) for name in dataset]
    loaded, source = load_encoders(encoders, teacher=teacher, dim=dim)
    reports: list[Report] = []
    with progress_bars() as progress:
        if documents is None:
            measured = compare_each(loaded, source, datasets, progress=progress)
        else:
            measured = compare_documents(documents, loaded, source, datasets, progress=progress)
        for report in measured:
            reports.append(report)
            if out is not None:
                saved = report.save(out / report.dataset.replace("/", "-") if len(datasets) > 1 else out)
                messages.print(f"Report: {saved}")
    if as_json:
        write_json({"reports": [report.to_dict() for report in reports]})
    else:
        _show(reports, timed=documents is None)


def _show(reports: list[Report], *, timed: bool) -> None:
    from codequest.cli.printing.reports import overview_table, quality_table, speed_table
    from codequest.evaluation import summaries

    for report in reports:
        console.print(quality_table(report))
    if len(reports) > 1:
        console.print(overview_table(summaries(reports)))
    if timed:
        console.print(speed_table(reports[0]))

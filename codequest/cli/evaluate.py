"""``codequest evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codequest.cli.display import console, messages, progress_bars, quiet_libraries, write_json
from codequest.cli.options.arguments import TEACHER_HELP, DimOption, JsonOption
from codequest.data import DATASET_NAME, load_dataset

if TYPE_CHECKING:
    from codequest.evaluation import Report


def evaluate(
    adapters: Annotated[list[str], typer.Argument(help="Adapter folders or repositories to compare.")],
    *,
    dataset: Annotated[list[str], typer.Option(help=f"{DATASET_NAME} May be repeated.")],
    teacher: Annotated[
        str | None, typer.Option(help=f"{TEACHER_HELP} By default the adapters' own, if it is on this machine.")
    ] = None,
    documents: Annotated[
        str | None,
        typer.Option(
            help="Adapter that embeds documents lightly: measures what the adapters find among its documents, and how "
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
    from codequest.encoders import QueryEncoder
    from codequest.evaluation import compare_documents, compare_each
    from codequest.teachers import cached, load_teacher, teacher_of

    quiet_libraries()
    datasets = [load_dataset(name) for name in dataset]
    encoders = {name: QueryEncoder.from_pretrained(name) for name in adapters}
    space = next(iter(encoders.values())).space
    where = f"The adapter {adapters[0]!r}"
    source = cached(load_teacher(teacher, dim=dim) if teacher else teacher_of(space, where=where))
    reports: list[Report] = []
    with progress_bars() as progress:
        if documents is None:
            measured = compare_each(encoders, source, datasets, progress=progress)
        else:
            light = QueryEncoder.from_pretrained(documents)
            measured = compare_documents(light, encoders, source, datasets, progress=progress)
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

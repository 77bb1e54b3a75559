"""``codequest report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codequest.cli.display import console, messages, progress_bars, write_json
from codequest.cli.options.arguments import (
    DocumentsOption,
    EncodersArgument,
    EncodersTeacherOption,
    JsonOption,
    QueriesOption,
    ReportDataset,
    VectorsOption,
    report_data,
)

if TYPE_CHECKING:
    from codequest.report import Study


def report(
    encoders: EncodersArgument,
    *,
    dataset: ReportDataset = None,
    out: Annotated[Path, typer.Option(help="Folder for the page, its figures and its numbers.")],
    teacher: EncodersTeacherOption = None,
    queries: QueriesOption = None,
    vectors: VectorsOption = None,
    documents: DocumentsOption = None,
    latency: Annotated[bool, typer.Option(help="Measure the time of a query.")] = True,
    seed: Annotated[int, typer.Option(help="Seed of samples, intervals and t-SNE.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Write a page that says which encoder to deploy: quality, cost, vectors, hubs, approximate search, examples."""
    from codequest.report import build_report, check_folder, load_encoders

    check_folder(out)
    data = report_data(dataset, queries=queries, vectors=vectors, documents=documents)
    loaded, source = load_encoders(encoders, teacher=teacher)
    with progress_bars() as progress:
        study = build_report(
            loaded, source, data, out=out, latency_queries=50 if latency else 0, seed=seed, progress=progress
        )
    if as_json:
        write_json(study.to_dict())
    else:
        _show(study)
    messages.print(f"Report: {out / 'index.html'}")


def _show(study: Study) -> None:
    for sentence in study.verdict.recommendations:
        console.print(sentence, style="bold")
    for judged in study.verdict.encoders:
        console.print(f"{judged.name}: {judged.sentence}")
    for note in study.notes:
        messages.print(note)

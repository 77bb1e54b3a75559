"""``codequest report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codequest.cli.arguments import TEACHER_HELP, report_data
from codequest.cli.display import console, messages, progress_bars, quiet_libraries
from codequest.evaluation import DATASET_NAME

if TYPE_CHECKING:
    from codequest.report import Study

_ENCODERS_HELP = (
    "NAME=SOURCE or only the source; may be repeated. A source is an adapter folder, a pretrained adapter, "
    "a repository on the hub, or quantized:int8, quantized:nf4, … for the teacher itself in low precision."
)


def report(
    dataset: Annotated[
        str | None, typer.Argument(help=f"{DATASET_NAME} A folder needs no qrels, and with --queries only a corpus.")
    ] = None,
    *,
    encoders: Annotated[list[str], typer.Option(help=_ENCODERS_HELP)],
    out: Annotated[Path, typer.Option(help="Folder for the page, its figures and its numbers.")],
    teacher: Annotated[str | None, typer.Option(help=f"{TEACHER_HELP} By default the adapters' own.")] = None,
    queries: Annotated[
        Path | None, typer.Option(help="Your own queries instead of the dataset's: .txt or .jsonl; no labels needed.")
    ] = None,
    vectors: Annotated[
        Path | None, typer.Option(help="The index you have: the teacher's document vectors, .npy (documents, dim).")
    ] = None,
    documents: Annotated[
        Path | None, typer.Option(help="Its texts, .jsonl, row by row; without them results are shown by their row.")
    ] = None,
    latency: Annotated[bool, typer.Option(help="Measure the time of a query.")] = True,
    seed: Annotated[int, typer.Option(help="Of samples, intervals and t-SNE.")] = 0,
) -> None:
    """Write a page that says which encoder to deploy: quality, cost, vectors, hubs, approximate search, examples."""
    from codequest.report import build_report, check_folder, load_encoders

    quiet_libraries()
    check_folder(out)
    data = report_data(dataset, queries=queries, vectors=vectors, documents=documents)
    loaded, source = load_encoders(encoders, teacher=teacher)
    with progress_bars() as progress:
        study = build_report(
            loaded, source, data, out=out, latency_queries=50 if latency else 0, seed=seed, progress=progress
        )
    _show(study)
    messages.print(f"Report: {out / 'index.html'}", highlight=False)


def _show(study: Study) -> None:
    for sentence in study.verdict.recommendations:
        console.print(f"[bold]{sentence}[/]", highlight=False)
    for judged in study.verdict.encoders:
        console.print(f"{judged.name}: {judged.sentence}", highlight=False, markup=False)
    for note in study.notes:
        messages.print(note, highlight=False, markup=False)

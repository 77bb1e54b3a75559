"""``codequest bench``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codequest.cli.display import console, messages, progress_bars, write_json
from codequest.cli.options.arguments import ENCODERS_HELP, JsonOption
from codequest.data import DATASET_NAME, load_dataset
from codequest.texts import visible

if TYPE_CHECKING:
    from codequest.bench import BenchResult
    from codequest.bench.process import Effort


def bench(
    encoders: Annotated[
        list[str] | None, typer.Argument(help=f"{ENCODERS_HELP} By default all that come with codequest.")
    ] = None,
    *,
    dataset: Annotated[
        str | None, typer.Option(help=f"For retention: {DATASET_NAME} By default Python's standard library.")
    ] = None,
    queries: Annotated[
        Path | None, typer.Option(help="Queries to time, .txt or .jsonl; by default those of the dataset.")
    ] = None,
    teacher: Annotated[
        str | None, typer.Option(help="Public id or folder of the teacher; by default the encoders' own.")
    ] = None,
    form: Annotated[
        list[str] | None,
        typer.Option(help="RUNTIME:PRECISION to export to and measure, or none; may be repeated. By default all."),
    ] = None,
    rounds: Annotated[int, typer.Option(help="Processes of each competitor, taking turns.")] = 5,
    threads: Annotated[int, typer.Option(help="Number of threads of every competitor.")] = 2,
    seconds: Annotated[float, typer.Option(min=0, help="Shortest time for queries, and for batches.")] = 1.0,
    out: Annotated[Path | None, typer.Option(help="Write every figure of every round, .json.")] = None,
    show: Annotated[Path | None, typer.Option(help="Measure nothing: show what --out wrote.")] = None,
    baseline: Annotated[
        str | None, typer.Option(help="Competitor that ratios are relative to; by default the teacher.")
    ] = None,
    markdown: Annotated[bool, typer.Option(help="Print Markdown.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure the cost of a query, next to the teacher: each encoder alone in its process, in alternating rounds."""
    from dataclasses import replace

    from codequest.bench import BenchResult
    from codequest.bench.result import check_file
    from codequest.bench.tables import to_markdown

    if out is not None:
        check_file(out)
    if show is not None:
        result = BenchResult.load(show)
    else:
        from codequest.bench.process import Effort

        effort = Effort(threads=threads, seconds=seconds)
        result = _measured(
            encoders=encoders or [],
            dataset=dataset,
            queries=queries,
            teacher=teacher,
            forms=_forms(form),
            rounds=rounds,
            effort=effort,
        )
    if out is not None:
        messages.print(f"Benchmark: {result.save(out)}")
    if baseline is not None:
        result = replace(result, baseline=baseline)
    if as_json:
        write_json(result.to_dict())
    elif markdown:
        console.file.write(visible(to_markdown(result)))
    else:
        _show(result)


def _measured(
    *,
    encoders: list[str],
    dataset: str | None,
    queries: Path | None,
    teacher: str | None,
    forms: Sequence[str],
    rounds: int,
    effort: Effort,
) -> BenchResult:
    from codequest.bench.benchmark import bench as run
    from codequest.data.query_files import load_queries

    with progress_bars() as progress:
        return run(
            encoders,
            dataset=load_dataset(dataset) if dataset else None,
            queries=load_queries(queries) if queries else None,
            teacher=teacher,
            forms=forms,
            rounds=rounds,
            effort=effort,
            progress=progress,
        )


def _forms(given: list[str] | None) -> Sequence[str]:
    from codequest.bench.exports import FORMS

    if given is None:
        return FORMS
    return [] if given == ["none"] else given


def _show(result: BenchResult) -> None:
    from codequest.bench.tables import bench_tables, notes
    from codequest.cli.printing.screen import NumberTable

    for title, rows in bench_tables(result, between="\n").items():
        console.print(NumberTable(rows, title=title, columns=list(rows[0])))
    for note in notes(result):
        console.print(note)

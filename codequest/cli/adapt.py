"""``codequest adapt``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codequest.cli.display import console, messages, progress_bars
from codequest.cli.options.arguments import TEACHER_HELP, DimOption
from codequest.errors import InvalidInputError
from codequest.texts import counted

if TYPE_CHECKING:
    from codequest.adapt import Outcome, Run

KINDS = ("lora", "static")
_INDEX_HELP = "The vectors that the teacher gave for your documents, a file that `vectors:` reads."


def adapt(
    *,
    teacher: Annotated[str, typer.Option(help=f"The model that made your index. {TEACHER_HELP}")],
    dim: Annotated[int | None, DimOption] = None,
    out: Annotated[Path, typer.Option(help="Folder for the adapter.")],
    minutes: Annotated[float, typer.Option(help="Time for everything.")] = 10,
    code: Annotated[
        list[str] | None, typer.Option(help="Your code: queries and pairs are taken from it; may be repeated.")
    ] = None,
    queries: Annotated[Path | None, typer.Option(help="Your own queries, .txt or .jsonl; no labels needed.")] = None,
    index: Annotated[Path | None, typer.Option(help=_INDEX_HELP)] = None,
    texts: Annotated[
        Path | None, typer.Option(help="Their texts, row by row, where the index has none: .jsonl, .txt or .parquet.")
    ] = None,
    kind: Annotated[str, typer.Option(help="lora, or static: a table that needs no torch to encode.")] = "lora",
    start: Annotated[
        str | None, typer.Option(help="Adapter to start from, of any space; `none` for a fresh start.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Most tokens that an API may be asked to embed.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides what is drawn and held out.")] = 0,
) -> None:
    """Make a query encoder for the teacher of your index, in ten minutes.

    Stopped or killed, it goes on when the same command is run again.
    """
    from codequest.adapt import Request
    from codequest.adapt import adapt as follow

    if kind not in KINDS:
        raise InvalidInputError(f"--kind must be one of {', '.join(KINDS)}, got {kind!r}.")
    chosen: Any = kind
    request = Request(
        teacher=teacher,
        dim=dim,
        out=out,
        minutes=minutes,
        code=tuple(code or ()),
        queries=queries,
        index=index,
        texts=texts,
        kind=chosen,
        start=start,
        max_tokens=max_tokens,
        seed=seed,
    )
    with progress_bars() as progress:
        outcome = follow(request, progress=progress, show_plan=_show_plan)
    _show_outcome(outcome)


def _show_plan(run: Run) -> None:
    from codequest.cli.printing.screen import text_table

    plan, material, space = run.plan, run.material, run.source.teacher.space
    prompt = (
        f"none; the teacher puts {space.query_prompt!r} before its queries itself" if space.query_prompt else "none"
    )
    chosen = {
        "teacher": f"{space.teacher}, {space.dim} dimensions",
        "start": run.start or "none: a fresh encoder",
        "kind, map": f"{run.request.kind}, linear",
        "prompt of the encoder": prompt,
        "learning rate, batch": run.describe_training(),
        "material": material.described() or "stored vectors",
        "measured on": run.describe_test(),
        "teacher embeds": (
            f"{counted(plan.queries, 'query')} and the functions of {counted(plan.pairs, 'pair')}{run.describe_cost()}"
        ),
        "training": f"{counted(plan.regression, 'step')} of regression, {plan.refinement:,} of refinement",
        "time": (
            f"about {plan.embedding_seconds / 60:.1f} + {plan.training_seconds / 60:.1f} + "
            f"{plan.measuring_seconds / 60:.1f} of {run.request.minutes:g} minutes for teacher, training, measuring; "
            f"{run.ledger.spent / 60:.1f} are spent"
        ),
    }
    console.print(text_table([{"": name, "plan": text} for name, text in chosen.items()], title="Plan"))


def _show_outcome(outcome: Outcome) -> None:
    from codequest.cli.printing.screen import NumberTable

    if outcome.report is None:
        messages.print("There was nothing to measure on: give --code, or --index with texts.")
    else:
        report = outcome.report
        names = ("encoder", "retention %", "overlap@10 %", "cosine", "p50 ms", "speedup", "params M")
        asked = f"{counted(report.queries, 'query')} that were not trained on"
        title = f"{report.dataset}: {asked}, {counted(report.documents, 'document')}"
        teacher, *rows = report.rows
        rows = [{**teacher, "encoder": "teacher"}, *rows]
        console.print(NumberTable(rows, title=title, columns=[name for name in names if name in rows[0]]))
    spent = f"{outcome.seconds / 60:.1f} minutes, trained on {counted(outcome.trained, 'query')}."
    if outcome.gained is not None:
        measure, half, end = outcome.gained
        spent += f" Validation {measure}: {half:.3f} after half of the steps, {end:.3f} at the end"
        more = end - half
        spent += f"; twice the time may bring about {more:.3f} more." if more > 0.0005 else "; more time brings little."
    messages.print(spent)
    if outcome.better_start is not None:
        messages.print(f"On these queries {outcome.better_start}, finds more: take that one, or give more minutes.")
    console.print(
        "from codequest import QueryEncoder\n"
        f"encoder = QueryEncoder.from_pretrained({str(outcome.folder)!r})\n"
        'query_vector = encoder.encode("sort a dictionary by value")  # search your index with it',
        soft_wrap=True,
    )

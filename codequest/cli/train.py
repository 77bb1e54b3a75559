"""``codequest train``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codequest.cli.display import console, messages, progress_bars
from codequest.cli.options.arguments import TEACHER_HELP

if TYPE_CHECKING:
    from codequest.training import MadeAdapter


def train(
    recipe: Annotated[Path, typer.Argument(help="Recipe: a TOML file, such as examples/pretrained.toml.")],
    *,
    data: Annotated[Path, typer.Option(help="Folder that holds the recipe's datasets.")],
    out: Annotated[Path, typer.Option(help="Folder for the adapters.")],
    only: Annotated[list[str] | None, typer.Option(help="Make this adapter only; may be repeated.")] = None,
    teacher: Annotated[
        str | None, typer.Option(help=f"{TEACHER_HELP} By default the recipe's, if it is on this machine.")
    ] = None,
) -> None:
    """Train, measure and save the adapters of a recipe; with a study in it, compare them in a figure.

    Stopped or killed, it continues when the same command is run again; adapters that are already made stay.
    """
    from codequest.adapters.folder import read_config
    from codequest.cli.printing.reports import overview_table
    from codequest.training import is_main_process, load_recipe, make_adapters

    followed = load_recipe(recipe)
    with progress_bars() as progress:
        made = make_adapters(followed, data=data, out=out, only=only or (), teacher=teacher, progress=progress)
    if not is_main_process():
        return
    for name, adapter in made.items():
        _show(name, adapter)
    console.print(overview_table({name: read_config(adapter.folder).metrics for name, adapter in made.items()}))
    if followed.study and not only:
        from codequest.report.recipe_study import study_recipe

        with progress_bars() as progress:
            folder = study_recipe(followed, data=data, out=out, teacher=teacher, progress=progress)
        messages.print(f"Study: {folder}")


def _show(name: str, adapter: MadeAdapter) -> None:
    from codequest.cli.printing.screen import NumberTable

    if not adapter.reports:
        messages.print(f"{name} was already made: {adapter.folder}")
        return
    rows = [{**report.rows[1], "dataset": report.dataset} for report in adapter.reports]
    columns = ("dataset", "nDCG@10", "Recall@10", "retention %", "cosine")
    console.print(NumberTable(rows, title=f"{name}: {adapter.folder}", columns=columns))

"""``codequest index``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codequest.cli.arguments import TEACHER_HELP
from codequest.cli.display import console, progress_bars, quiet_libraries


def index(
    path: Annotated[Path, typer.Argument(help="Folder whose code you want to search.")] = Path("."),
    *,
    teacher: Annotated[
        str | None, typer.Option(help=f"{TEACHER_HELP} By default the one of the index, or all-mpnet-base-v2.")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Start anew, for another teacher or version.")] = False,
) -> None:
    """Index a folder for `codequest search`, or bring its index up to date: only what changed is embedded."""
    from codequest.search import CodeIndex

    quiet_libraries()
    with progress_bars() as progress:
        report = CodeIndex.build(path, teacher=teacher, rebuild=rebuild, progress=progress)
    console.print(
        f"{report.files:,} files in {report.chunks:,} chunks: {report.added:,} added, {report.changed:,} changed, "
        f"{report.removed:,} removed, {report.unchanged:,} unchanged. {report.embedded:,} chunks embedded or taken "
        f"from the cache, {report.seconds:.1f} s.",
        soft_wrap=True,
    )
    for reason, count in report.skipped.items():
        console.print(f"  skipped: {count:,} × {reason}")
    console.print(f"Index: {report.folder}", soft_wrap=True)

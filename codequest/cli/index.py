"""``codequest index``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codequest.cli.display import Screen, console, facts_of, messages, progress_bars, warn, write_json
from codequest.cli.options.arguments import TEACHER_HELP, JsonOption
from codequest.errors import CodeIndexError, CodequestError, has_torch
from codequest.texts import counted, shell_word, visible_line

_COMPARED = {
    "all": "the vectors of all chunks",
    "nearest codes": "a bit for each value of all vectors, and those of the nearest as they are",
}
_MOST_NAMES = 10  # of what is left out for one reason

if TYPE_CHECKING:
    from codequest.search import CodeIndex, IndexRun, IndexStats


def index(
    path: Annotated[Path, typer.Argument(help="Folder whose code you want to search.")] = Path("."),
    *,
    teacher: Annotated[
        str | None, typer.Option(help=f"{TEACHER_HELP} By default the one of the index, or all-mpnet-base-v2.")
    ] = None,
    light: Annotated[bool, typer.Option("--light", help="Stop as soon as everything can be searched.")] = False,
    background: Annotated[
        bool, typer.Option("--background", help="Go on with the teacher after the prompt is back, at low priority.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be indexed, and what would be left out and why.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Only say what is in the index, and what goes on.")] = False,
    light_encoder: Annotated[
        str | None,
        typer.Option(help="Adapter that embeds new code until the teacher has. By default the one of the index."),
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Start anew, for another teacher or version.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Index a folder for `codequest search`, or bring its index up to date: only what changed is embedded.

    Everything can be searched within seconds, by words and light vectors; then the teacher makes it better. Stop it
    whenever you like: what is done is kept.
    """
    from codequest.search import CodeIndex

    if dry_run:
        _show_preview(path, as_json)
        return
    if status:
        _show_status(path, as_json)
        return
    with progress_bars() as progress:
        report = CodeIndex.build(
            path, teacher=teacher, light=True, light_encoder=light_encoder, rebuild=rebuild, progress=progress
        )
    out = messages if as_json else console
    _print_report(report, out)
    try:
        if light:
            _print_left(CodeIndex.open(report.root, encoder=None).stats, report.root, out)
        elif background and report.taught < report.chunks:
            _start_background(report, teacher, out)
        else:
            _teach(report, teacher, out)
    finally:
        if as_json:
            taught = CodeIndex.open(report.root, encoder=None).stats.taught
            write_json({**facts_of(report), "taught": taught})


def _print_report(report: IndexRun, out: Screen) -> None:
    out.print(
        f"{counted(report.files, 'file')} in {counted(report.chunks, 'chunk')}: {report.added:,} added, "
        f"{report.changed:,} changed, {report.removed:,} removed, {report.unchanged:,} unchanged.",
        soft_wrap=True,
    )
    for reason, count in report.skipped.items():
        out.print(f"  skipped: {count:,} × {reason}")
    if report.unread:
        counts = ", ".join(f"{count:,} × {language}" for language, count in report.unread.items())
        out.print(f"  with syntax that the grammar cannot read, searched all the same: {counts}", soft_wrap=True)
    out.print(f"Index: {report.folder}", soft_wrap=True)
    out.print(f"Searchable after {report.searchable:.1f} s.", soft_wrap=True)


def _show_preview(path: Path, as_json: bool) -> None:
    from codequest.code.preview import preview_index

    with progress_bars() as progress:
        preview = preview_index(path, progress=progress)
    if as_json:
        write_json({**facts_of(preview), "files": sum(preview.languages.values())})
        return
    languages = ", ".join(f"{count:,} × {visible_line(name)}" for name, count in preview.languages.items())
    console.print(f"{counted(sum(preview.languages.values()), 'file')} would be indexed: {languages}", soft_wrap=True)
    for reason, count in preview.skipped.items():
        console.print(f"  left out: {count:,} × {reason}")
        names = [*preview.names.get(reason, ())]
        for name in names[:_MOST_NAMES]:
            console.print(f"    {visible_line(name)}", soft_wrap=True, markup=False, highlight=False)
        if len(names) > _MOST_NAMES:
            console.print(f"    and {len(names) - _MOST_NAMES:,} more")
    console.print(
        "A line such as !external/ in .codequestignore brings files of a folder back, *.sql leaves files out."
    )


def _teach(report: IndexRun, teacher: str | None, out: Screen) -> None:
    """Embed with the teacher what has light vectors; what stops it leaves an index that can be searched."""
    from codequest.search import CodeIndex

    waiting = report.chunks - report.taught
    if waiting:
        out.print(f"The teacher embeds {counted(waiting, 'chunk')}. Search meanwhile; Ctrl-C keeps what is done.")
    try:
        with progress_bars() as progress:
            CodeIndex.teach(report.root, teacher=teacher, progress=progress)
    except KeyboardInterrupt:
        messages.print("\nStopped.")
        _print_left(CodeIndex.open(report.root, encoder=None).stats, report.root, out)
        raise typer.Exit(130) from None
    except CodeIndexError:
        raise
    except CodequestError as error:
        warn(str(error))
        _print_left(CodeIndex.open(report.root, encoder=None).stats, report.root, out)
        return
    if waiting:
        out.print("Every chunk has its teacher's vector.")


def _start_background(report: IndexRun, teacher: str | None, out: Screen) -> None:
    from codequest.search.home import IndexHome
    from codequest.search.teaching.background import start_background

    process = start_background(IndexHome(report.root, report.folder), teacher=teacher)
    folder = shell_word(str(report.root))
    out.print(
        f"The teacher embeds {counted(report.chunks - report.taught, 'chunk')} in the background, in process "
        f"{process}. How far it is: codequest index {folder} --status",
        soft_wrap=True,
    )


def _print_left(stats: IndexStats, root: Path, out: Screen) -> None:
    from codequest.teachers.registry import needs_torch

    left = stats.chunks - stats.taught
    if not left:
        return
    says = f"{counted(left, 'chunk has', 'chunks have')} light vectors, which searches use."
    if has_torch() or not needs_torch(stats.teacher):
        says += f" Go on with the teacher: codequest index {shell_word(str(root))}, or with --background."
    out.print(says, soft_wrap=True)


def index_facts(index: CodeIndex) -> dict[str, Any]:
    """What an index is, ready for JSON."""
    stats, run = index.stats, index.teacher_run
    return {
        "root": str(index.root),
        **facts_of(stats),
        "vectors": stats.vectors,
        "teacher_run": facts_of(run) if run else None,
    }


def _show_status(path: Path, as_json: bool) -> None:
    from codequest.search import CodeIndex

    index = CodeIndex.open(path, encoder=None)
    stats, run = index.stats, index.teacher_run
    if as_json:
        write_json(index_facts(index))
        return
    console.print(
        f"{counted(stats.files, 'file')} in {counted(stats.chunks, 'chunk')} of {index.root}, brought up to date "
        f"{stats.updated}.",
        soft_wrap=True,
    )
    console.print(f"{counted(stats.taught, 'chunk has', 'chunks have')} the vector of {stats.teacher}.", soft_wrap=True)
    console.print(f"A search compares {_COMPARED[stats.vectors]}.", soft_wrap=True)
    if run is not None:
        console.print(f"The teacher goes on: {run}.", soft_wrap=True)
    else:
        _print_left(stats, index.root, console)

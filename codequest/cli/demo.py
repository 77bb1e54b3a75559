"""``codequest demo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from codequest.cli.display import console, progress_bars, quality_table, quiet_libraries, speed_table

if TYPE_CHECKING:
    from codequest.demo import DemoResult


def demo() -> None:
    """Embed Python's standard library with a teacher, train two light encoders, measure them and search with them."""
    from codequest.demo import run_demo, standard_library

    quiet_libraries()
    library = standard_library()
    console.print(
        f"The code: {len(library.test.documents):,} functions of {library.root}, docstrings removed; their docstrings' "
        f"first sentences are the queries. Training: {len(library.train.documents):,} functions of other modules.\n",
        highlight=False,
    )
    with progress_bars() as progress:
        result = run_demo(library=library, progress=progress)
    console.print(quality_table(result.report))
    console.print(speed_table(result.report))
    _show_searches(result)
    _show_next(result)


def _show_searches(result: DemoResult) -> None:
    console.print("[bold]Five searches in the index that the teacher made[/]\n")
    for query, (teacher_hits, encoder_hits) in result.searches.items():
        drawn = Table.grid(padding=(0, 2), expand=True)
        for _ in range(2):
            drawn.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        drawn.add_row("[dim]teacher[/]", "[dim]LoRA encoder[/]")
        for left, right in zip(teacher_hits, encoder_hits, strict=True):
            drawn.add_row(*(f"{hit.score:.2f} {hit.location} [cyan]{hit.name}[/]" for hit in (left, right)))
        console.print(f"[bold]{query}[/]")
        console.print(drawn)
        console.print()


def _show_next(result: DemoResult) -> None:
    console.print(
        f"The adapters are in {result.adapters['lora'].parent}. What to do next:\n"
        f"  codequest encode {result.adapters['lora']} 'read a csv file' --out query.npy\n"
        "  codequest distill QUERIES --out ADAPTER     train on your own queries\n"
        "  codequest evaluate ADAPTER --dataset FOLDER     measure on your own labels",
        highlight=False,
        soft_wrap=True,
    )

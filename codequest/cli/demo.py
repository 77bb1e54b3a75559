"""``codequest demo``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codequest.cli.display import console, progress_bars
from codequest.texts import counted

if TYPE_CHECKING:
    from rich.text import Text

    from codequest.demo import DemoResult
    from codequest.demo.tour import FoundFunction
    from codequest.search import CodeIndex

_NEXT = {
    "codequest search --path SRC 'read a csv file'": "your own code; codequest index SRC makes it better",
    "codequest encode minilm-lora 'read a csv file' --out query.npy": "a query for an index that you have",
    "codequest report minilm-lora static --queries log.txt --vectors index.npy --out report": (
        "what it keeps there; needs pip install '.[report]'"
    ),
    "codequest queries SRC --out queries.jsonl --pairs pairs": "training data from your own code",
}


def demo(
    *,
    train: Annotated[bool, typer.Option("--train", help="Also refine an encoder on this very code; minutes.")] = False,
) -> None:
    """Embed Python's standard library with a teacher, search it with light encoders, and measure them."""
    from codequest.cli.printing.reports import quality_table, speed_table
    from codequest.demo import index_library, run_demo, standard_library

    library = standard_library()
    console.print(
        f"The code: {counted(len(library.test.documents), 'function')} of {library.root}, docstrings removed; their "
        "docstrings' first sentences are the queries.\n",
    )
    with progress_bars() as progress:
        result = run_demo(library=library, train=train, progress=progress)
        index = index_library(library, progress=progress)
    console.print(quality_table(result.report))
    console.print(speed_table(result.report))
    _show_searches(result)
    _show_puma(index)
    _show_next(result)


def _show_searches(result: DemoResult) -> None:
    from rich.table import Table

    console.print("Five searches in the index that the teacher made\n", style="bold")
    for query, (teacher_hits, encoder_hits) in result.searches.items():
        drawn = Table.grid(padding=(0, 2), expand=console.is_terminal)
        for _ in range(2):
            drawn.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        drawn.add_row("teacher", result.searcher, style="dim")
        for left, right in zip(teacher_hits, encoder_hits, strict=True):
            drawn.add_row(*(_line(hit) for hit in (left, right)))
        console.print(query, style="bold")
        console.print(drawn)
        console.print()


def _line(hit: FoundFunction) -> Text:
    from rich.text import Text

    return Text.assemble(f"{hit.score:.2f} {hit.location} ", (hit.name, "cyan"))


def _show_puma(index: CodeIndex) -> None:
    from codequest.cli.printing.hits import Shown, print_hits
    from codequest.demo import PUMA_QUERIES

    console.print("The same functions in Puma, the search engine of codequest", style="bold")
    console.print(
        f"{counted(index.stats.chunks, 'chunk')} in "
        f"{counted(index.stats.files, 'file')}, searched by {index.encoder} and by words together\n",
    )
    for query in PUMA_QUERIES:
        console.print(f"$ codequest search '{query}'", style="bold")
        print_hits(index.search(query, limit=1), Shown(query, lines=8))


def _show_next(result: DemoResult) -> None:
    trains = {} if result.trained else {"codequest demo --train": "refine an encoder on this very code, and compare"}
    console.print("What to do next", style="bold")
    if result.trained:
        console.print(f"  The refined adapter is in {result.trained}.", soft_wrap=True)
    for command, what in (trains | _NEXT).items():
        console.print(f"  {command}\n      {what}", soft_wrap=True)
    if shutil.which("codequest") is None:
        where = Path(sys.executable).parent
        console.print(f"The command codequest is in {where}: activate that environment first.", soft_wrap=True)

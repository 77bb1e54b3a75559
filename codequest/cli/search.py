"""``codequest search``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from codequest.cli.display import console, messages, quiet_libraries
from codequest.cli.searching import (
    EncoderOption,
    GlobOption,
    KindOption,
    LanguageOption,
    ModeOption,
    PathOption,
    encoder_for,
    filters_of,
    place,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from codequest.search import SearchHit

_LINES = 12  # of a snippet


def search(
    query: Annotated[str, typer.Argument(help="What you are looking for: a description, a question, names.")],
    *,
    path: PathOption = Path("."),
    language: LanguageOption = None,
    glob: GlobOption = None,
    kind: KindOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Most hits.")] = 10,
    context: Annotated[int, typer.Option(min=0, help="Lines to show around every hit.")] = 0,
    mode: ModeOption = "hybrid",
    encoder: EncoderOption = "lora",
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list of hits, for programs.")] = False,
) -> None:
    """Search the code that `codequest index` has indexed."""
    from codequest.search import CodeIndex

    quiet_libraries()
    filters = filters_of(language, glob, kind)
    index = CodeIndex.open(path, encoder=encoder_for(encoder, mode))
    hits = index.search(query, limit=limit, filters=filters, mode=cast(Any, mode))
    if as_json:
        console.file.write(json.dumps([hit.to_dict() for hit in hits], ensure_ascii=False, indent=2) + "\n")
        return
    if not hits:
        messages.print(f"Nothing found in {index.root} that passes the filters.", highlight=False)
    for hit in hits:
        console.print(_headline(hit, index.root), soft_wrap=True)
        console.print(_snippet(hit, index.root, context))


def _headline(hit: SearchHit, root: Path) -> RenderableType:
    from rich.text import Text

    return Text.assemble(
        place(root, hit.path, str(hit.start_line)),
        f"  {hit.symbol or hit.kind}",
        (f"  {hit.score:.3f}", "dim"),
    )


def _snippet(hit: SearchHit, root: Path, context: int) -> RenderableType:
    from rich.console import Group
    from rich.syntax import Syntax
    from rich.text import Text

    from codequest.search.lexers import lexer_name

    lines = hit.text.split("\n")
    shown, start = lines[: max(_LINES, context)], hit.start_line
    left = len(lines) - len(shown)
    if context:
        before, after = _around(hit, root, context)
        start -= len(before)
        shown = [*before, *shown, *([] if left else after)]
    code = Syntax("\n".join(shown), lexer_name(hit.language), line_numbers=True, start_line=start, word_wrap=True)
    return Group(code, Text(f"… {left} more lines\n" if left else "", style="dim"))


def _around(hit: SearchHit, root: Path, context: int) -> tuple[list[str], list[str]]:
    """Lines above and below a hit; none where the file is not what was indexed any more."""
    try:
        lines = (root / hit.path).read_text(encoding="utf-8-sig", errors="replace").split("\n")
    except OSError:
        return [], []
    first, last = hit.start_line - 1, hit.end_line
    if lines[first:last] != hit.text.split("\n"):
        return [], []
    return lines[max(0, first - context) : first], lines[last : last + context]

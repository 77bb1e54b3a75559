"""``codequest search``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from codequest.cli.display import console, json_text, quiet_libraries
from codequest.cli.printing.hits import print_hits
from codequest.cli.search_options import (
    GlobOption,
    KindOption,
    LanguageOption,
    ModeOption,
    NoRefreshOption,
    PathOption,
    QuickEncoderOption,
    encoder_for,
    filters_of,
    opened,
    tell,
    tell_what_is_missing,
)


def search(
    query: Annotated[
        str,
        typer.Argument(
            help="Description of the code you want: a sentence, a question, names; with file:src/ -file:tests/ lang:go "
            "only there."
        ),
    ] = "",
    *,
    path: PathOption = Path("."),
    language: LanguageOption = None,
    glob: GlobOption = None,
    kind: KindOption = None,
    regex: Annotated[
        str, typer.Option(help="Hits match this regular expression of Python's re; a query is not needed then.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="Most hits.")] = 10,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many of the best hits, which you have seen.")] = 0,
    context: Annotated[int, typer.Option(min=0, help="Lines to show around every hit.")] = 0,
    mode: ModeOption = "hybrid",
    encoder: QuickEncoderOption = None,
    no_refresh: NoRefreshOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list of hits, for programs.")] = False,
) -> None:
    """Search code; a folder that `codequest index` has not indexed gets a light index first, within seconds."""
    quiet_libraries()
    filters = filters_of(language, glob, kind)
    index = opened(path, encoder_for(encoder, mode) if query else None, refresh=not no_refresh)
    hits = index.search(query, limit=limit, offset=offset, filters=filters, mode=cast(Any, mode), regex=regex)
    tell_what_is_missing(index.freshness, index.root)
    tell(index.unmatched(query, filters))
    if as_json:
        console.file.write(json_text([hit.to_dict() for hit in hits]) + "\n")
        return
    if not hits:
        after = f" after the first {offset:,}" if offset else ""
        tell([f"Nothing found in {index.root} that passes the filters{after}."])
    print_hits(hits, index.root, context=context)

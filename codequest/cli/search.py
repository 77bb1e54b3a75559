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
    ],
    *,
    path: PathOption = Path("."),
    language: LanguageOption = None,
    glob: GlobOption = None,
    kind: KindOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Most hits.")] = 10,
    context: Annotated[int, typer.Option(min=0, help="Lines to show around every hit.")] = 0,
    mode: ModeOption = "hybrid",
    encoder: QuickEncoderOption = None,
    no_refresh: NoRefreshOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list of hits, for programs.")] = False,
) -> None:
    """Search code; a folder that `codequest index` has not indexed gets a light index first, within seconds."""
    quiet_libraries()
    filters = filters_of(language, glob, kind)
    index = opened(path, encoder_for(encoder, mode), refresh=not no_refresh)
    hits = index.search(query, limit=limit, filters=filters, mode=cast(Any, mode))
    tell_what_is_missing(index.freshness, index.root)
    tell(index.unmatched(query, filters))
    if as_json:
        console.file.write(json_text([hit.to_dict() for hit in hits]) + "\n")
        return
    if not hits:
        tell([f"Nothing found in {index.root} that passes the filters."])
    print_hits(hits, index.root, context=context)

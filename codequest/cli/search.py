"""``codequest search``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from codequest.cli.display import console, json_text, quiet_libraries
from codequest.cli.printing.hits import print_hits
from codequest.cli.printing.within_tokens import print_within, write_json_within
from codequest.cli.search_options import (
    GlobOption,
    KindOption,
    LanguageOption,
    ModeOption,
    NoRefreshOption,
    QuickEncoderOption,
    encoder_for,
    filters_of,
    opened,
    tell,
    tell_what_is_missing,
)

if TYPE_CHECKING:
    from codequest.search import CodeIndex


def search(
    query: Annotated[
        str,
        typer.Argument(
            help="Description of the code you want: a sentence, a question, names; with file:src/ -file:tests/ lang:go "
            "only there."
        ),
    ] = "",
    *,
    path: Annotated[
        list[Path],
        typer.Option(help="Indexed folder, or any folder in it; may be repeated: all are searched as one."),
    ] = [Path(".")],  # noqa: B006
    language: LanguageOption = None,
    glob: GlobOption = None,
    kind: KindOption = None,
    regex: Annotated[
        str, typer.Option(help="Hits match this regular expression of Python's re; a query is not needed then.")
    ] = "",
    like: Annotated[str, typer.Option(help="Code like that at this place, as path:line, in place of a query.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Most hits.")] = 10,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many of the best hits, which you have seen.")] = 0,
    context: Annotated[int, typer.Option(min=0, help="Lines to show around every hit.")] = 0,
    max_tokens: Annotated[
        int | None,
        typer.Option(min=1, help="No more than so many tokens, one for every three bytes; what is left out is said."),
    ] = None,
    mode: ModeOption = "hybrid",
    encoder: QuickEncoderOption = None,
    no_refresh: NoRefreshOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list of hits, for programs.")] = False,
) -> None:
    """Search code; a folder that `codequest index` has not indexed gets a light index first, within seconds."""
    from codequest.search.query.together import search_together, unmatched_together

    quiet_libraries()
    filters = filters_of(language, glob, kind)
    indexes = _opened(path, encoder_for(encoder, mode) if query and not like else None, refresh=not no_refresh)
    hits = search_together(
        indexes,
        query,
        limit=limit,
        offset=offset,
        filters=filters,
        mode=cast(Any, mode),
        regex=regex,
        like=str(Path(like).absolute()) if os.path.exists(like.rpartition(":")[0]) else like,
    )
    for index in indexes:
        tell_what_is_missing(index.freshness, index.root)
    tell(unmatched_together(indexes, query, filters))
    if not hits and not as_json:
        after = f" after the first {offset:,}" if offset else ""
        tell([f"Nothing found in {', '.join(str(index.root) for index in indexes)} that passes the filters{after}."])
    if as_json and max_tokens:
        write_json_within(hits, max_tokens, offset=offset)
    elif as_json:
        console.file.write(json_text([hit.to_dict() for hit in hits]) + "\n")
    elif max_tokens:
        print_within(hits, max_tokens, context=context, with_root=len(indexes) > 1, offset=offset)
    else:
        print_hits(hits, context=context, with_root=len(indexes) > 1)


def _opened(paths: Sequence[Path], encoder: str | None, *, refresh: bool) -> list[CodeIndex]:
    """The indexes of folders, each once."""
    indexes = (opened(path, encoder, refresh=refresh) for path in paths)
    return list({index.root: index for index in indexes}.values())

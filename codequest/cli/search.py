"""``codequest search``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from codequest.cli.display import write_json
from codequest.cli.options.arguments import JsonOption
from codequest.cli.options.searches import (
    GlobOption,
    KindOption,
    LanguageOption,
    ModeOption,
    NoRefreshOption,
    PathsOption,
    QuickEncoderOption,
    encoder_for,
    filters_of,
    opened,
    tell,
    tell_what_is_missing,
)

if TYPE_CHECKING:
    from codequest.cli.printing.hits import Shown
    from codequest.search import SearchHit


def search(
    query: Annotated[
        str,
        typer.Argument(
            help="Description of the code you want: a sentence, a question, names; with file:src/ -file:tests/ lang:go "
            "only there."
        ),
    ] = "",
    *,
    path: PathsOption = [Path(".")],  # noqa: B006
    language: LanguageOption = None,
    glob: GlobOption = None,
    kind: KindOption = None,
    regex: Annotated[
        str, typer.Option(help="Hits match this regular expression of Python's re; a query is not needed then.")
    ] = "",
    like: Annotated[str, typer.Option(help="Code like that at this place, as path:line, in place of a query.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Most hits.")] = 10,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many of the best hits, which you have seen.")] = 0,
    lines: Annotated[int, typer.Option(min=0, help="Most lines to show of every hit; 0: only where it is.")] = 12,
    context: Annotated[int, typer.Option(min=0, help="Lines to show around every hit.")] = 0,
    max_tokens: Annotated[
        int | None,
        typer.Option(min=1, help="No more than so many tokens, one for every three bytes; what is left out is said."),
    ] = None,
    mode: ModeOption = "hybrid",
    encoder: QuickEncoderOption = None,
    no_refresh: NoRefreshOption = False,
    as_json: JsonOption = False,
) -> None:
    """Search code; a folder that `codequest index` has not indexed gets a light index first, within seconds.

    Ends with exit code 1 where nothing is found.
    """
    from codequest.cli.printing.hits import Shown
    from codequest.search.query.group import IndexGroup

    filters = filters_of(language, glob, kind)
    embedding = encoder_for(encoder, mode) if query and not like else None
    group = IndexGroup([opened(each, embedding, refresh=not no_refresh) for each in path])
    hits = group.search(
        query,
        limit=limit,
        offset=offset,
        filters=filters,
        mode=cast(Any, mode),
        regex=regex,
        like=str(Path(like).absolute()) if os.path.exists(like.rpartition(":")[0]) else like,
    )
    for index in group.indexes:
        tell_what_is_missing(index.freshness, index.root)
    tell(group.unmatched(query, filters))
    shown = Shown(query, context, max(lines, context), with_root=not group.is_one)
    if not hits and not as_json:
        after = f" after the first {offset:,}" if offset else ""
        tell([f"Nothing found in {', '.join(map(str, group.roots))} that passes the filters{after}."])
    if as_json:
        _write(hits, max_tokens, offset=offset)
    else:
        _print(hits, max_tokens, shown, offset=offset)
    if not hits:
        raise typer.Exit(1)


def _write(hits: list[SearchHit], max_tokens: int | None, *, offset: int) -> None:
    from codequest.cli.printing.within_tokens import write_json_within

    if max_tokens:
        write_json_within(hits, max_tokens, offset=offset)
    else:
        write_json([hit.to_dict() for hit in hits])


def _print(hits: list[SearchHit], max_tokens: int | None, shown: Shown, *, offset: int) -> None:
    from codequest.cli.printing.hits import print_hits
    from codequest.cli.printing.within_tokens import print_within

    if max_tokens:
        print_within(hits, max_tokens, shown, offset=offset)
    else:
        print_hits(hits, shown)

"""``codequest mcp``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from codequest.cli.display import messages
from codequest.cli.options.searches import EncoderOption, ModeOption, PathsOption, encoder_for
from codequest.errors import IndexNotFoundError, require


def mcp(
    *,
    path: PathsOption = [Path(".")],  # noqa: B006
    mode: ModeOption = "hybrid",
    encoder: EncoderOption = "default",
) -> None:
    """Give coding agents the search as MCP tools, on standard input and output."""
    require("mcp", extra="mcp")
    from codequest.search.mcp.server import build_server
    from codequest.search.mcp.tools import CodeTools

    places = [each.resolve() for each in path]
    tools = CodeTools(*places, encoder=encoder_for(encoder, mode), mode=cast(Any, mode))
    missing = [place for place in places if not _has_index(place)]
    for place in missing:
        messages.print(f"{place} has no index yet: a light one is made for the first question.", soft_wrap=True)
    if not missing:
        roots = ", ".join(map(str, tools.indexes.roots))
        messages.print(f"Serving the index of {roots}", soft_wrap=True)
    build_server(tools).run()


def _has_index(place: Path) -> bool:
    from codequest.search.home import IndexHome

    try:
        IndexHome.find(place)
    except IndexNotFoundError:
        return False
    return True

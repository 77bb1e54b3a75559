"""``codequest mcp``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from codequest.cli.display import messages, quiet_libraries
from codequest.cli.search_options import EncoderOption, ModeOption, PathOption, encoder_for
from codequest.errors import IndexNotFoundError, require


def mcp(*, path: PathOption = Path("."), mode: ModeOption = "hybrid", encoder: EncoderOption = "lora") -> None:
    """Give coding agents the search as MCP tools, on standard input and output."""
    require("mcp", extra="mcp")
    from codequest.search.home import IndexHome
    from codequest.search.mcp.server import build_server
    from codequest.search.mcp.tools import CodeTools

    quiet_libraries()
    place = path.resolve()
    tools = CodeTools(place, encoder=encoder_for(encoder, mode), mode=cast(Any, mode))
    try:
        IndexHome.find(place)
    except IndexNotFoundError:
        messages.print(f"{place} has no index yet: a light one is made for the first question.", soft_wrap=True)
    else:
        messages.print(f"Serving the index of {tools.index.root}", soft_wrap=True)
    build_server(tools).run()

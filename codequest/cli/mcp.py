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
    from codequest.search.mcp.server import build_server
    from codequest.search.mcp.tools import CodeTools

    quiet_libraries()
    tools = CodeTools(path.resolve(), encoder=encoder_for(encoder, mode), mode=cast(Any, mode))
    try:
        messages.print(f"Serving the index of {tools.index.root}", soft_wrap=True)
    except IndexNotFoundError as error:  # an agent that was told so can have it made
        messages.print(f"Warning: {error}", soft_wrap=True)
    build_server(tools).run()

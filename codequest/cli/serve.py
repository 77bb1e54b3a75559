"""``codequest serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codequest.cli.arguments import AdapterArgument
from codequest.cli.display import messages, quiet_libraries
from codequest.integrations import server


def serve(
    adapter: Annotated[str, AdapterArgument],
    *,
    host: Annotated[
        str, typer.Option(help="Address to listen on; the default is reached from here only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    max_batch: Annotated[
        int, typer.Option(min=1, help="Most queries in one forward pass.")
    ] = server.Limits().max_batch,
) -> None:
    """Serve an adapter as an OpenAI-compatible endpoint, /v1/embeddings; the key is in CODEQUEST_API_KEY."""
    from codequest.encoders import QueryEncoder

    quiet_libraries()
    server.check_installed()
    key = server.read_key()
    bound = server.bind(host, port)
    encoder = QueryEncoder.from_pretrained(adapter)
    name = Path(adapter).resolve().name if Path(adapter).is_dir() else adapter
    messages.print(f"Serving {name} on {server.address(bound)}/v1", highlight=False, soft_wrap=True)
    server.serve(encoder, bound, name=name, key=key, limits=server.Limits(max_batch=max_batch))

"""``codequest serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codequest.cli.display import messages
from codequest.cli.options.searches import encoder_for
from codequest.errors import InvalidInputError
from codequest.integrations import server


def serve(
    adapter: Annotated[
        str | None,
        typer.Argument(
            help="Adapter folder, adapter that comes with codequest, or repository on the hub. With --index it embeds "
            "the queries; by default minilm-lora does, or static where torch is not installed."
        ),
    ] = None,
    *,
    index: Annotated[
        list[Path] | None,
        typer.Option(
            help="Serve a web page that searches the index of this folder instead; may be repeated: all are searched "
            "as one."
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; only this machine reaches the default.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8080,
    max_batch: Annotated[
        int | None, typer.Option(min=1, help=f"Most queries in one forward pass: {server.Limits().max_batch}.")
    ] = None,
) -> None:
    """Serve an adapter as an OpenAI-compatible endpoint, /v1/embeddings, or with --index a page that searches code.

    The key of the endpoint is in CODEQUEST_API_KEY.
    """
    if index:
        if max_batch is not None:
            raise InvalidInputError("--max-batch is for /v1/embeddings; leave it out with --index.")
        _serve_page(index, adapter or "default", host, port)
    elif adapter is not None:
        _serve_encoder(adapter, host, port, server.Limits(max_batch=max_batch or server.Limits().max_batch))
    else:
        raise InvalidInputError(
            "Nothing to serve. Give an adapter for an embeddings endpoint, such as: codequest serve minilm-lora; or an "
            "indexed folder for a page that searches it: codequest serve --index ."
        )


def _serve_encoder(adapter: str, host: str, port: int, limits: server.Limits) -> None:
    from codequest.encoders import QueryEncoder

    server.check_installed()
    key = server.read_key()
    bound = server.bind(host, port)
    encoder = QueryEncoder.from_pretrained(adapter)
    name = Path(adapter).resolve().name if Path(adapter).is_dir() else adapter
    messages.print(f"Serving {name} on {server.address(bound)}/v1", soft_wrap=True)
    server.serve(encoder, bound, name=name, key=key, limits=limits)


def _serve_page(folders: list[Path], encoder: str, host: str, port: int) -> None:
    from codequest.search import CodeIndex, web
    from codequest.search.query.group import IndexGroup

    web.check_installed()
    bound = server.bind(host, port)
    embedding = encoder_for(encoder, "hybrid")
    indexes = IndexGroup([CodeIndex.open(folder, encoder=embedding) for folder in folders])
    indexes.search("the first query loads the encoder", limit=1)
    messages.print(f"Searching {', '.join(map(str, indexes.roots))} on {server.address(bound)}", soft_wrap=True)
    web.serve_indexes(indexes, bound, host=host)

"""``codequest info``."""

from __future__ import annotations

from typing import Annotated

from codequest.cli.arguments import AdapterArgument
from codequest.cli.display import console, json_text, quiet_libraries, text_table


def info(adapter: Annotated[str | None, AdapterArgument] = None) -> None:
    """Show an adapter: its space, its training, its measurements, the cost of a query.

    Without one, list those that come with codequest, by the space that they embed into.
    """
    from dataclasses import asdict

    from codequest.encoders import QuantizedQueryEncoder, QueryEncoder

    quiet_libraries()
    if adapter is None:
        for space, rows in _shipped().items():
            console.print(text_table(rows, title=f"In the space of {space}"))
        return
    encoder = QueryEncoder.from_pretrained(adapter)
    chosen = {}
    if isinstance(encoder, QuantizedQueryEncoder):
        chosen = {"chosen": {"runtime": encoder.runtime, "precision": encoder.precision, "why": encoder.why}}
    console.print(
        json_text(
            {
                "kind": encoder.kind,
                "space": {**encoder.space.to_dict(), "fingerprint": encoder.space.fingerprint},
                "encoder": encoder.describe(),
                **chosen,
                "cost_of_one_query": asdict(encoder.cost()),
                "training": encoder.training,
                "metrics": encoder.metrics,
            }
        ),
        soft_wrap=True,
    )


def _shipped() -> dict[str, list[dict[str, str]]]:
    """The adapters that come with codequest, by space."""
    from codequest.adapters import find_adapter, shipped_adapters
    from codequest.adapters.folder import TENSORS_FILE, read_config

    spaces: dict[str, list[dict[str, str]]] = {}
    for name in shipped_adapters():
        folder = find_adapter(name)
        config = read_config(folder)
        size = (folder / TENSORS_FILE).stat().st_size / 1e6
        space = f"{config.space.teacher}, {config.space.dim} dimensions"
        embeds = "documents" if config.documents else "queries"
        row = {"adapter": name, "kind": config.kind, "embeds": embeds, "MB": f"{size:.1f}"}
        spaces.setdefault(space, []).append(row)
    return spaces

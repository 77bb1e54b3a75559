"""``codequest info``."""

from __future__ import annotations

from typing import Annotated

from codequest.cli.arguments import AdapterArgument
from codequest.cli.display import console, json_text, quiet_libraries, text_table


def info(adapter: Annotated[str | None, AdapterArgument] = None) -> None:
    """Show an adapter: its space, its training, its measurements, the cost of a query. Without one, list the shipped.

    The list of those that come with codequest is ordered by the space that they embed queries into.
    """
    from dataclasses import asdict

    from codequest.encoders import QuantizedQueryEncoder, QueryEncoder

    quiet_libraries()
    if adapter is None:
        console.print(text_table(_shipped(), title="Adapters that come with codequest"))
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


def _shipped() -> list[dict[str, str]]:
    """The adapters that come with codequest, by space."""
    from codequest.adapters import find_adapter, shipped_adapters
    from codequest.adapters.folder import TENSORS_FILE, read_config

    rows = []
    for name in shipped_adapters():
        folder = find_adapter(name)
        config = read_config(folder)
        size = (folder / TENSORS_FILE).stat().st_size / 1e6
        space = f"{config.space.teacher}, {config.space.dim} dimensions"
        rows.append({"space": space, "adapter": name, "kind": config.kind, "MB": f"{size:.1f}"})
    return sorted(rows, key=lambda row: (row["space"], row["adapter"]))

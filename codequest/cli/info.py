"""``codequest info``."""

from __future__ import annotations

from typing import Annotated

from codequest.cli.arguments import AdapterArgument
from codequest.cli.display import console, json_text, quiet_libraries


def info(adapter: Annotated[str, AdapterArgument]) -> None:
    """Show an adapter: its space, its training, its measurements, and the cost of a query."""
    from dataclasses import asdict

    from codequest.encoders import QuantizedQueryEncoder, QueryEncoder

    quiet_libraries()
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

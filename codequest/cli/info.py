"""``codequest info``."""

from __future__ import annotations

import json
from typing import Annotated

from codequest.cli.arguments import AdapterArgument
from codequest.cli.display import console, quiet_libraries


def info(adapter: Annotated[str, AdapterArgument]) -> None:
    """Show what an adapter is: its space, how it was trained, what was measured, what a query costs."""
    from dataclasses import asdict

    from codequest.encoders import QueryEncoder

    quiet_libraries()
    encoder = QueryEncoder.from_pretrained(adapter)
    console.print_json(
        json.dumps(
            {
                "kind": encoder.kind,
                "space": {**encoder.space.to_dict(), "fingerprint": encoder.space.fingerprint},
                "encoder": encoder.describe(),
                "cost_of_one_query": asdict(encoder.cost()),
                "training": encoder.training,
                "metrics": encoder.metrics,
            }
        )
    )

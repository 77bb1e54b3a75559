"""``codequest info`` on a tiny adapter."""

from __future__ import annotations

import json
from pathlib import Path

from codequest import QueryEncoder
from tests.cli.commands import run


def test_info_shows_what_an_adapter_is(adapter: Path) -> None:
    shown = json.loads(run("info", adapter))
    encoder = QueryEncoder.from_pretrained(adapter)
    assert shown["kind"] == "lora"
    assert shown["space"]["fingerprint"] == encoder.space.fingerprint
    assert shown["cost_of_one_query"]["flops"] == encoder.cost().flops
    assert shown["training"] == encoder.training

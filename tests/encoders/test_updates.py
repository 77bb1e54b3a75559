"""Low-rank updates inside a backbone."""

from __future__ import annotations

from pathlib import Path

import torch

from codequest.backbone import Backbone
from codequest.encoders.updates import (
    inject_updates,
    merge_in_place,
    merged,
    round_updates,
    unmerge_in_place,
    update_settings,
    updates_of,
)
from codequest.weights import locate
from tests.tiny import QUERIES


def test_settings_by_default() -> None:
    assert update_settings(None, None, None) == {"rank": 16, "alpha": 32, "targets": "all-linear"}
    assert update_settings(4, 2.0, ["value", "query"]) == {"rank": 4, "alpha": 2.0, "targets": ["query", "value"]}


def test_rounded_updates_are_what_half_precision_holds_and_merged(tiny_base: Path) -> None:
    backbone = Backbone.load(locate(str(tiny_base)), device=torch.device("cpu"))
    assert updates_of(backbone) == {}
    inject_updates(backbone, update_settings(2, None, ["query"]))
    assert {tuple(weight.shape) for weight in updates_of(backbone).values()} == {(2, 32), (32, 2)}
    for number, weight in enumerate(updates_of(backbone).values()):
        weight.data.normal_(generator=torch.Generator().manual_seed(number))
    merge_in_place(backbone)
    with torch.inference_mode():
        before = backbone.embed(QUERIES)
    round_updates(backbone, "fp16")
    with torch.inference_mode():
        within = backbone.embed(QUERIES)
        unmerge_in_place(backbone)
        beside = backbone.embed(QUERIES)
    torch.testing.assert_close(within, beside, atol=1e-4, rtol=0)
    torch.testing.assert_close(within, before, atol=5e-3, rtol=0)
    assert all(torch.equal(weight, weight.half().float()) for weight in updates_of(backbone).values())


def test_updates_that_were_merged_for_a_while_leave_no_trace(tiny_base: Path) -> None:
    backbone = Backbone.load(locate(str(tiny_base)), device=torch.device("cpu"))
    inject_updates(backbone, update_settings(2, None, None))
    for number, weight in enumerate(updates_of(backbone).values()):
        weight.data.normal_(generator=torch.Generator().manual_seed(number))
    before = {name: weight.detach().clone() for name, weight in backbone.named_parameters()}
    with torch.inference_mode():
        beside = backbone.embed(QUERIES)
        with merged(backbone):
            within = backbone.embed(QUERIES)
        after = backbone.embed(QUERIES)
    torch.testing.assert_close(within, beside, atol=1e-4, rtol=0)
    assert torch.equal(after, beside)
    assert all(torch.equal(weight, before[name]) for name, weight in backbone.named_parameters())

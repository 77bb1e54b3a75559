from __future__ import annotations

import pytest

from codequest.report.figures.tradeoff_chart import amount


@pytest.mark.parametrize(
    ("value", "cost", "text"),
    [
        (2.04e9, "flops", "2.04 GFLOP"),
        (1e6, "flops", "1 MFLOP"),
        (250, "flops", "250 FLOP"),
        (7.5, "latency", "7.5 ms"),
        (0.05, "latency", "50 µs"),
        (1500, "latency", "1.5 s"),
        (46e6, "size", "46 MB"),
        (999_999, "size", "1 MB"),
    ],
)
def test_costs_are_told_with_their_unit(value, cost, text):
    assert amount(value, cost) == text

"""Hits within a budget."""

from __future__ import annotations

import pytest

from codequest.errors import InvalidInputError
from codequest.search.shown.token_budget import Fitting, fit


def cost(place: int, lines: int) -> int:
    return 10 + 5 * lines


@pytest.mark.parametrize(
    ("wanted", "budget", "reserved", "lines", "left_out"),
    [
        ([10, 10, 4], 150, 0, (10, 10, 4), 0),
        ([10, 10, 4], 149, 0, (10, 7), 1),
        ([10, 10, 4], 154, 5, (10, 7), 1),
        ([10, 10, 4], 100, 0, (10,), 2),
        ([10, 10, 4], 99, 0, (9,), 2),
        ([10, 10, 4], 55, 0, (1,), 2),
        ([10], 60, 0, (10,), 0),
        ([10], 95, 0, (10,), 0),
        ([], 1, 0, (), 0),
    ],
)
def test_whole_hits_and_then_whole_lines(
    wanted: list[int], budget: int, reserved: int, lines: tuple[int, ...], left_out: int
) -> None:
    assert fit(wanted, cost, budget=budget, reserved=reserved) == Fitting(lines, left_out)


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="max_tokens must be a positive number of tokens, got 0"):
        fit([10], cost, budget=0)
    with pytest.raises(InvalidInputError, match=r"max_tokens of 54 is too small for a single line .* that takes 55"):
        fit([10, 10], cost, budget=54)


def test_what_is_left_out_is_said_with_how_to_go_on() -> None:
    assert Fitting((4, 2), 0).note(1000, 0) == ""
    assert Fitting((4, 2), 1).note(1000, 0) == "1 more hit does not fit into 1,000 tokens: go on with offset 2."
    assert Fitting((4, 2), 8).note(1000, 10) == "8 more hits do not fit into 1,000 tokens: go on with offset 12."

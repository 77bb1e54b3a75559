"""What a report says where there are no labels."""

from __future__ import annotations

import pytest

from codequest.report.agreement import Agreement
from codequest.report.likeness_verdict import LIKENESS, YARDSTICK, judge_likeness


def agreement(overlap: float, found: float = 0.9) -> Agreement:
    return Agreement(overlap, overlap - 0.03, overlap + 0.03, overlap, found, 0.5)


@pytest.mark.parametrize(
    ("static", "sentence"),
    [
        (0.5, "Take lora: none comes closer; the teacher's first result is among its ten for 95% of your queries."),
        (
            0.68,
            "Take static: it may well be as close as lora, and costs less; the teacher's first result is among its ten "
            "for 90% of your queries.",
        ),
    ],
)
def test_the_cheapest_of_those_that_may_be_closest_is_recommended(static: float, sentence: str) -> None:
    judged = [
        *judge_likeness({"lora": agreement(0.7, 0.95), "static": agreement(static)}, {"lora": 8.0, "static": 0.1})
    ]
    assert judged[0] == LIKENESS
    assert judged[2] == sentence


def test_one_encoder_is_described_and_what_saves_nothing_is_not_recommended() -> None:
    both = {"static": agreement(0.6, 0.875), "nf4": agreement(0.99)}
    assert [*judge_likeness(both, {"static": 0.1})][2] == (
        "static: the teacher's first result is among its ten for 88% of your queries."
    )
    assert len([*judge_likeness(both, {})]) == 2


def test_the_yardstick_is_a_measured_encoder() -> None:
    assert YARDSTICK.encoder == "minilm-lora"
    assert 0.4 < YARDSTICK.overlap < 1 < YARDSTICK.retention < 1.1
